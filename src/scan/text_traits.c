/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of text it is: by the names of its folders and its own, then by its first bytes. */
#include "scan/judge.h"

enum {
    PATH_LOOK = 1024, /* bytes at the end of a path */
    ROOT_PARTS = 3,   /* folders of an absolute path that say nothing */
    HEAD_LOOK = 8192,
    MINIFIED_LINE = 1000, /* bytes of a usual line in a bundle */
};

struct name_kind {
    str name;
    enum text_kind kind;
};

/* Whole names, in lower case. */
static const struct name_kind whole[] = {
    {STR_INIT("package-lock.json"), TEXT_LOCK},
    {STR_INIT("npm-shrinkwrap.json"), TEXT_LOCK},
    {STR_INIT("yarn.lock"), TEXT_LOCK},
    {STR_INIT("pnpm-lock.yaml"), TEXT_LOCK},
    {STR_INIT("bun.lock"), TEXT_LOCK},
    {STR_INIT("go.sum"), TEXT_LOCK},
    {STR_INIT("go.work.sum"), TEXT_LOCK},
    {STR_INIT("packages.lock.json"), TEXT_LOCK},
    {STR_INIT("flake.lock"), TEXT_LOCK},
    {STR_INIT("sha256sums"), TEXT_LOCK},
    {STR_INIT("sha512sums"), TEXT_LOCK},
    {STR_INIT("md5sums"), TEXT_LOCK},
    {STR_INIT("checksums.txt"), TEXT_LOCK},
    {STR_INIT("gradle.lockfile"), TEXT_LOCK},
    {STR_INIT("verification-metadata.xml"), TEXT_LOCK},
    {STR_INIT("dockerfile"), TEXT_CONFIG},
    {STR_INIT("containerfile"), TEXT_CONFIG},
    {STR_INIT("credentials"), TEXT_CONFIG},
    {STR_INIT("config"), TEXT_CONFIG},
    {STR_INIT("passwd"), TEXT_CONFIG},
    {STR_INIT("shadow"), TEXT_CONFIG},
    {STR_INIT("kubeconfig"), TEXT_CONFIG},
    {STR_INIT("procfile"), TEXT_CONFIG},
    {STR_INIT("vagrantfile"), TEXT_CODE},
    {STR_INIT("jenkinsfile"), TEXT_CODE},
    {STR_INIT("rakefile"), TEXT_CODE},
    {STR_INIT("makefile"), TEXT_CODE},
    {STR_INIT("kconfig"), TEXT_CODE},
    {STR_INIT("gemfile"), TEXT_CODE},
    {STR_INIT("podfile"), TEXT_CODE},
    {STR_INIT("gruntfile"), TEXT_CODE},
    {STR_INIT("copying"), TEXT_PROSE},
    {STR_INIT("changelog.md"), TEXT_PROSE},
    {STR_INIT("readme"), TEXT_PROSE},
    {STR_INIT("changelog"), TEXT_PROSE},
    {STR_INIT("changes"), TEXT_PROSE},
    {STR_INIT("news"), TEXT_PROSE},
    {STR_INIT("authors"), TEXT_PROSE},
    {STR_INIT("license"), TEXT_PROSE},
};

/* Ends of names; the first that fits. */
static const struct name_kind ends[] = {
    {STR_INIT("_history"), TEXT_LOG},      {STR_INIT(".min.js"), TEXT_MINIFIED},
    {STR_INIT(".min.css"), TEXT_MINIFIED}, {STR_INIT(".bundle.js"), TEXT_MINIFIED},
    {STR_INIT(".js.map"), TEXT_MINIFIED},  {STR_INIT(".css.map"), TEXT_MINIFIED},
    {STR_INIT(".lock"), TEXT_LOCK},        {STR_INIT(".sha256"), TEXT_LOCK},
    {STR_INIT(".sha512"), TEXT_LOCK},      {STR_INIT(".sha1"), TEXT_LOCK},
    {STR_INIT(".md5"), TEXT_LOCK},         {STR_INIT(".sum"), TEXT_LOCK},
    {STR_INIT(".md5sums"), TEXT_LOCK},     {STR_INIT(".log"), TEXT_LOG},
    {STR_INIT(".out"), TEXT_LOG},          {STR_INIT(".env"), TEXT_CONFIG},
    {STR_INIT(".yaml"), TEXT_CONFIG},      {STR_INIT(".yml"), TEXT_CONFIG},
    {STR_INIT(".json"), TEXT_CONFIG},      {STR_INIT(".json5"), TEXT_CONFIG},
    {STR_INIT(".jsonc"), TEXT_CONFIG},     {STR_INIT(".toml"), TEXT_CONFIG},
    {STR_INIT(".ini"), TEXT_CONFIG},       {STR_INIT(".cfg"), TEXT_CONFIG},
    {STR_INIT(".conf"), TEXT_CONFIG},      {STR_INIT(".cnf"), TEXT_CONFIG},
    {STR_INIT(".config"), TEXT_CONFIG},    {STR_INIT(".properties"), TEXT_CONFIG},
    {STR_INIT(".xml"), TEXT_CONFIG},       {STR_INIT(".plist"), TEXT_CONFIG},
    {STR_INIT(".tfvars"), TEXT_CONFIG},    {STR_INIT(".tf"), TEXT_CONFIG},
    {STR_INIT(".hcl"), TEXT_CONFIG},       {STR_INIT(".tfstate"), TEXT_CONFIG},
    {STR_INIT("rc"), TEXT_CONFIG},         {STR_INIT(".pgpass"), TEXT_CONFIG},
    {STR_INIT(".netrc"), TEXT_CONFIG},     {STR_INIT(".htpasswd"), TEXT_CONFIG},
    {STR_INIT(".dockercfg"), TEXT_CONFIG}, {STR_INIT(".reg"), TEXT_CONFIG},
    {STR_INIT(".ovpn"), TEXT_CONFIG},      {STR_INIT(".service"), TEXT_CONFIG},
    {STR_INIT(".sql"), TEXT_DATA},         {STR_INIT(".csv"), TEXT_DATA},
    {STR_INIT(".tsv"), TEXT_DATA},         {STR_INIT(".ipynb"), TEXT_DATA},
    {STR_INIT(".ldif"), TEXT_DATA},        {STR_INIT(".dump"), TEXT_DATA},
    {STR_INIT(".har"), TEXT_DATA},         {STR_INIT(".jsonl"), TEXT_DATA},
    {STR_INIT(".ndjson"), TEXT_DATA},      {STR_INIT(".svg"), TEXT_DATA},
    {STR_INIT(".md"), TEXT_PROSE},         {STR_INIT(".mdx"), TEXT_PROSE},
    {STR_INIT(".markdown"), TEXT_PROSE},   {STR_INIT(".rst"), TEXT_PROSE},
    {STR_INIT(".txt"), TEXT_PROSE},        {STR_INIT(".adoc"), TEXT_PROSE},
    {STR_INIT(".asciidoc"), TEXT_PROSE},   {STR_INIT(".tex"), TEXT_PROSE},
    {STR_INIT(".html"), TEXT_CODE},        {STR_INIT(".htm"), TEXT_CODE},
    {STR_INIT(".xhtml"), TEXT_CODE},       {STR_INIT(".eml"), TEXT_PROSE},
    {STR_INIT(".po"), TEXT_PROSE},         {STR_INIT(".pot"), TEXT_PROSE},
    {STR_INIT(".pod"), TEXT_PROSE},        {STR_INIT(".sgml"), TEXT_PROSE},
    {STR_INIT(".1"), TEXT_PROSE},          {STR_INIT(".3"), TEXT_PROSE},
    {STR_INIT(".5"), TEXT_PROSE},          {STR_INIT(".7"), TEXT_PROSE},
    {STR_INIT(".8"), TEXT_PROSE},          {STR_INIT(".texi"), TEXT_PROSE},
};

/* Ends of programs; what has another name holds settings, as far as we know. */
static const str code_ends[] = {
    STR_INIT(".c"),           STR_INIT(".h"),     STR_INIT(".cc"),     STR_INIT(".cpp"),
    STR_INIT(".cxx"),         STR_INIT(".hpp"),   STR_INIT(".hxx"),    STR_INIT(".hh"),
    STR_INIT(".m"),           STR_INIT(".mm"),    STR_INIT(".java"),   STR_INIT(".kt"),
    STR_INIT(".kts"),         STR_INIT(".scala"), STR_INIT(".groovy"), STR_INIT(".gradle"),
    STR_INIT(".clj"),         STR_INIT(".cljs"),  STR_INIT(".js"),     STR_INIT(".jsx"),
    STR_INIT(".ts"),          STR_INIT(".tsx"),   STR_INIT(".mjs"),    STR_INIT(".cjs"),
    STR_INIT(".mts"),         STR_INIT(".cts"),   STR_INIT(".vue"),    STR_INIT(".svelte"),
    STR_INIT(".astro"),       STR_INIT(".py"),    STR_INIT(".pyi"),    STR_INIT(".pyx"),
    STR_INIT(".rb"),          STR_INIT(".rake"),  STR_INIT(".erb"),    STR_INIT(".php"),
    STR_INIT(".phtml"),       STR_INIT(".php3"),  STR_INIT(".inc"),    STR_INIT(".go"),
    STR_INIT(".rs"),          STR_INIT(".swift"), STR_INIT(".cs"),     STR_INIT(".vb"),
    STR_INIT(".fs"),          STR_INIT(".fsx"),   STR_INIT(".dart"),   STR_INIT(".ex"),
    STR_INIT(".exs"),         STR_INIT(".erl"),   STR_INIT(".hrl"),    STR_INIT(".hs"),
    STR_INIT(".lhs"),         STR_INIT(".lua"),   STR_INIT(".pl"),     STR_INIT(".pm"),
    STR_INIT(".t"),           STR_INIT(".r"),     STR_INIT(".jl"),     STR_INIT(".nim"),
    STR_INIT(".zig"),         STR_INIT(".d"),     STR_INIT(".pas"),    STR_INIT(".pp"),
    STR_INIT(".f90"),         STR_INIT(".f"),     STR_INIT(".adb"),    STR_INIT(".ads"),
    STR_INIT(".ml"),          STR_INIT(".mli"),   STR_INIT(".el"),     STR_INIT(".lisp"),
    STR_INIT(".scm"),         STR_INIT(".rkt"),   STR_INIT(".tcl"),    STR_INIT(".asm"),
    STR_INIT(".s"),           STR_INIT(".sol"),   STR_INIT(".coffee"), STR_INIT(".less"),
    STR_INIT(".scss"),        STR_INIT(".sass"),  STR_INIT(".css"),    STR_INIT(".awk"),
    STR_INIT(".sed"),         STR_INIT(".proto"), STR_INIT(".thrift"), STR_INIT(".y"),
    STR_INIT(".l"),           STR_INIT(".m4"),    STR_INIT(".ac"),     STR_INIT(".am"),
    STR_INIT(".mk"),          STR_INIT(".cmake"), STR_INIT(".jsp"),    STR_INIT(".aspx"),
    STR_INIT(".cshtml"),      STR_INIT(".razor"), STR_INIT(".twig"),   STR_INIT(".ejs"),
    STR_INIT(".hbs"),         STR_INIT(".pug"),   STR_INIT(".haml"),   STR_INIT(".slim"),
    STR_INIT(".dtsi"),        STR_INIT(".dts"),   STR_INIT(".v"),      STR_INIT(".sv"),
    STR_INIT(".vhd"),         STR_INIT(".lds"),   STR_INIT(".bp"),     STR_INIT(".cu"),
    STR_INIT(".cl"),          STR_INIT(".glsl"),  STR_INIT(".hlsl"),   STR_INIT(".metal"),
    STR_INIT(".applescript"),
};

/* Ends after which the name before counts: ".env.example" is an example of ".env". */
static const str example_ends[] = {
    STR_INIT(".example"),  STR_INIT(".sample"),   STR_INIT(".template"), STR_INIT(".tmpl"),
    STR_INIT(".dist"),     STR_INIT(".tpl"),      STR_INIT(".j2"),       STR_INIT(".erb"),
    STR_INIT(".defaults"), STR_INIT(".skeleton"), STR_INIT(".in"),
};

/* Other ends that hide the kind. */
static const str hiding_ends[] = {
    STR_INIT(".bak"), STR_INIT(".old"), STR_INIT(".orig"), STR_INIT(".save"),
    STR_INIT(".swp"), STR_INIT(".tmp"), STR_INIT("~"),
};

/* Words of a part of a path, between letters that are none. */
static const str test_words[] = {
    STR_INIT("test"),      STR_INIT("tests"),     STR_INIT("testing"),   STR_INIT("testdata"),
    STR_INIT("spec"),      STR_INIT("specs"),     STR_INIT("fixture"),   STR_INIT("fixtures"),
    STR_INIT("mock"),      STR_INIT("mocks"),     STR_INIT("e2e"),       STR_INIT("cypress"),
    STR_INIT("selftest"),  STR_INIT("selftests"), STR_INIT("unittest"),  STR_INIT("unittests"),
    STR_INIT("benchmark"), STR_INIT("snapshots"), STR_INIT("testsuite"), STR_INIT("cassettes"),
    STR_INIT("jtreg"),     STR_INIT("expected"),
};

static const str example_words[] = {
    STR_INIT("example"),       STR_INIT("examples"), STR_INIT("sample"), STR_INIT("samples"),
    STR_INIT("demo"),          STR_INIT("demos"),    STR_INIT("doc"),    STR_INIT("docs"),
    STR_INIT("documentation"), STR_INIT("guides"),   STR_INIT("manual"), STR_INIT("tutorial"),
    STR_INIT("tutorials"),
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_one_of(str word, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (word.n == list[i].n && str_lower(word.p[0]) == list[i].p[0] && str_ieq(word, list[i])) {
            return true;
        }
    }
    return false;
}

/* "FooTest.java", "TestFoo.cs", "fooSpec.js" */
static bool is_test_name(str word)
{
    return word.n > 4 && (str_ends(word, STR("Test")) || str_ends(word, STR("Tests")) ||
                          str_ends(word, STR("Spec")) ||
                          (str_starts(word, STR("Test")) && word.p[4] >= 'A' && word.p[4] <= 'Z'));
}

/* Where the disk's own folders may be called anything: "/tmp/test/…". */
static str skip_root(str path)
{
    size_t at = 0;
    for (unsigned i = 0; path.n && path.p[0] == '/' && i <= ROOT_PARTS; i++) {
        size_t slash = str_find_byte(path, '/', at);
        if (slash == SIZE_MAX) {
            break;
        }
        at = slash + 1;
    }
    return str_slice(path, at, path.n);
}

static void find_words(str path, struct text_traits *t)
{
    for (size_t i = 0; i < path.n;) {
        size_t to = i;
        while (to < path.n && is_word(path.p[to])) {
            to++;
        }
        str word = str_slice(path, i, to);
        if (to == i) {
            i++;
            continue;
        }
        t->test |= is_one_of(word, test_words, sizeof test_words / sizeof *test_words) ||
                   is_test_name(word);
        t->example |= is_one_of(word, example_words, sizeof example_words / sizeof *example_words);
        i = to;
    }
}

/* Nearly always the last letter tells already. */
static inline bool ends_in(str name, str end)
{
    return name.n >= end.n && str_lower(name.p[name.n - 1]) == end.p[end.n - 1] &&
           str_ieq(str_slice(name, name.n - end.n, name.n), end);
}

static bool has_end(str name, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (name.n > list[i].n && ends_in(name, list[i])) {
            return true;
        }
    }
    return false;
}

static bool strip(str *name, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (name->n > list[i].n && ends_in(*name, list[i])) {
            name->n -= list[i].n;
            return true;
        }
    }
    return false;
}

static enum text_kind kind_of_name(str name)
{
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (name.n == whole[i].name.n && str_ieq(name, whole[i].name)) {
            return whole[i].kind;
        }
    }
    if (str_istarts(name, STR(".env")) || str_istarts(name, STR("dockerfile"))) {
        return TEXT_CONFIG;
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        bool rc = ends[i].name.p[0] == 'r'; /* ".npmrc", not "src" */
        if (ends_in(name, ends[i].name) && (!rc || name.p[0] == '.' || name.p[0] == '_')) {
            return ends[i].kind;
        }
    }
    return has_end(name, code_ends, sizeof code_ends / sizeof *code_ends) ? TEXT_CODE : TEXT_CONFIG;
}

/* "#!/usr/bin/env python3" is code; a shell's settings stand bare. */
static bool is_program(str head)
{
    static const str names[] = {
        STR_INIT("python"), STR_INIT("perl"), STR_INIT("ruby"), STR_INIT("node"),
        STR_INIT("php"),    STR_INIT("lua"),  STR_INIT("deno"), STR_INIT("osascript"),
    };
    size_t end = str_find_byte(str_slice(head, 0, 128), '\n', 0);
    str line = str_slice(head, 0, end == SIZE_MAX ? 0 : end);
    for (size_t i = 0; str_starts(line, STR("#!")) && i < sizeof names / sizeof *names; i++) {
        if (str_find(line, names[i], 0) != SIZE_MAX) {
            return true;
        }
    }
    return str_starts(line, STR("<?php"));
}

/* A bundle: hardly a line end in the first bytes. */
static bool is_minified(str head)
{
    size_t lines = 1, at = 0;
    head = str_slice(head, 0, HEAD_LOOK);
    while (head.n >= lines * MINIFIED_LINE && (at = str_find_byte(head, '\n', at)) != SIZE_MAX) {
        at++;
        lines++;
    }
    return head.n / lines >= MINIFIED_LINE;
}

/* "passwords.txt" is where people keep them; "README.txt" is not. */
static bool is_notes(str name)
{
    return str_ends(name, STR(".txt")) && !str_istarts(name, STR("readme")) &&
           !str_istarts(name, STR("license")) && !str_istarts(name, STR("change"));
}

void text_traits_find(str path, str head, struct text_traits *ret)
{
    path = skip_root(path);
    path = str_slice(path, path.n > PATH_LOOK ? path.n - PATH_LOOK : 0, path.n);
    size_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/' && path.p[from - 1] != '!' &&
           path.p[from - 1] != '\\') {
        from--;
    }
    struct text_traits t = {.name = str_slice(path, from, path.n)};
    str name = t.name;
    (void)strip(&name, hiding_ends, sizeof hiding_ends / sizeof *hiding_ends);
    t.example |= strip(&name, example_ends, sizeof example_ends / sizeof *example_ends);
    find_words(path, &t);
    t.kind = kind_of_name(name);
    if (t.kind == TEXT_PROSE && !t.example && !t.test && is_notes(name)) {
        t.kind = TEXT_CONFIG;
    }
    if (t.kind == TEXT_CONFIG && is_program(head)) {
        t.kind = TEXT_CODE;
    }
    if (t.kind == TEXT_CODE && is_minified(head)) {
        t.kind = TEXT_MINIFIED;
    }
    *ret = t;
}
