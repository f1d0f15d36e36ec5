/* SPDX-License-Identifier: Apache-2.0 */
/* usage: scan-words FOLDER ASSEMBLY. Compiles each set of the prefilter once for processors with
 * AVX2 and once for any, writes both serialized into FOLDER and an assembly file that includes
 * them. Part of the build; not installed. */
#include <hs.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scan/prefilter.h"

static const struct form {
    const char *name;
    enum prefilter_set set;
    unsigned long long cpu;
} forms[] = {
    {"everywhere_avx2", PREFILTER_EVERYWHERE, HS_CPU_FEATURES_AVX2},
    {"everywhere_any", PREFILTER_EVERYWHERE, 0},
    {"near_avx2", PREFILTER_NEAR, HS_CPU_FEATURES_AVX2},
    {"near_any", PREFILTER_NEAR, 0},
};

static int fail(const char *what, const char *more)
{
    (void)fprintf(stderr, "scan-words: %s: %s\n", what, more);
    return 1;
}

/* Says which expression it was. */
static int fail_compile(const struct form *form, const hs_compile_error_t *error, err e)
{
    size_t first = form->set == PREFILTER_NEAR ? prefilter_everywhere_count : 0;
    const char *which = error && error->expression >= 0
                            ? prefilters[first + (size_t)error->expression].expression
                            : "the words of rules/secrets";
    return fail(which, error ? error->message : e.what);
}

static int compile(const struct form *form, hs_database_t **ret)
{
    hs_platform_info_t platform = {.tune = HS_TUNE_FAMILY_GENERIC, .cpu_features = form->cpu};
    hs_compile_error_t *error = NULL;
    err e = prefilter_compile(form->set, &platform, ret, &error);
    int failed = err_ok(e) ? 0 : fail_compile(form, error, e);
    (void)hs_free_compile_error(error);
    return failed;
}

static int write_bytes(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    if (!file) {
        return fail(path, "cannot be written");
    }
    size_t done = fwrite(bytes, 1, n, file);
    return fclose(file) == 0 && done == n ? 0 : fail(path, "cannot be written");
}

/* A machine that is no x86-64 makes none of these: then the file is empty, and the words are
 * compiled when the scanner starts. */
static int write_form(const struct form *form, const char *path)
{
    hs_database_t *words = NULL;
    char *bytes = NULL;
    size_t n = 0;
#ifdef __x86_64__
    int failed = compile(form, &words);
    if (!failed && hs_serialize_database(words, &bytes, &n) != HS_SUCCESS) {
        failed = fail(form->name, "cannot be serialized");
    }
#else
    int failed = 0;
    (void)compile;
#endif
    if (!failed) {
        failed = write_bytes(path, bytes ? bytes : "", n);
    }
    (void)hs_free_database(words);
    mem_free(bytes); /* Vectorscan's allocator is malloc */
    return failed;
}

static void add_form(struct buf *out, const char *name, const char *path)
{
    buf_addf(out,
             "    .globl scan_words_%s, scan_words_%s_end\n"
             "    .hidden scan_words_%s, scan_words_%s_end\n"
             "    .balign 64\n"
             "scan_words_%s:\n"
             "    .incbin \"%s\"\n"
             "scan_words_%s_end:\n"
             "    .byte 0\n",
             name, name, name, name, name, path, name);
}

int main(int count, char **arguments)
{
    struct buf out, path;
    int failed = 0;
    if (count != 3) {
        return fail("usage", "scan-words FOLDER ASSEMBLY");
    }
    buf_init(&out, 64 << 10);
    buf_init(&path, 4096);
    buf_add(&out, STR("/* Made by scan-words. */\n#ifdef __CET__\n#include <cet.h>\n#endif\n"
                      "    .section .rodata, \"a\", %progbits\n"));
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !failed; i++) {
        buf_clear(&path);
        buf_addf(&path, "%s/scan-words-%s.bin", arguments[1], forms[i].name);
        const char *name = buf_c(&path);
        failed = name ? write_form(&forms[i], name) : fail(arguments[1], "is too long");
        add_form(&out, forms[i].name, name ? name : "");
    }
    buf_add(&out, STR("    .section .note.GNU-stack, \"\", %progbits\n"));
    if (!failed) {
        failed =
            out.failed ? fail("assembly", "no memory") : write_bytes(arguments[2], out.p, out.n);
    }
    buf_done(&out);
    buf_done(&path);
    return failed;
}
