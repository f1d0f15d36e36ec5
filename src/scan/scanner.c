/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "scan/engine_private.h"

/* Of the assembly that tools/words.c writes. */
extern const char scan_words_everywhere_avx2[], scan_words_everywhere_avx2_end[];
extern const char scan_words_everywhere_any[], scan_words_everywhere_any_end[];
extern const char scan_words_near_avx2[], scan_words_near_avx2_end[];
extern const char scan_words_near_any[], scan_words_near_any_end[];

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for the rules"); }

static err compile_expression(const struct scanner *s, const char *expression, bool caseless,
                              pcre2_code **ret)
{
    int code;
    PCRE2_SIZE at;
    uint32_t options = PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C |
                       (caseless ? PCRE2_CASELESS : 0);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED, options,
                                         &code, &at, s->compile);
    if (!compiled) {
        return code == PCRE2_ERROR_HEAP_FAILED
                   ? no_memory()
                   : err_new(ERR_INTERNAL, "a rule's expression does not compile");
    }
    /* Where there is no JIT the same code is interpreted. */
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    *ret = compiled;
    return ERR_NONE;
}

static uint32_t group_of(const pcre2_code *code, const char *name)
{
    int group = pcre2_substring_number_from_name(code, (PCRE2_SPTR)name);
    return group > 0 ? (uint32_t)group : 0;
}

static err compile_allow(const struct scanner *s, const struct rule *rule, struct rule_code *code)
{
    size_t count = 0;
    err e = ERR_NONE;
    while (rule->allow && rule->allow[count]) {
        count++;
    }
    if (count == 0) {
        return ERR_NONE;
    }
    code->allow = mem_array(count + 1, sizeof(pcre2_code *));
    if (!code->allow) {
        return no_memory();
    }
    for (size_t i = 0; i < count && err_ok(e); i++) {
        e = compile_expression(s, rule->allow[i], false, &code->allow[i]);
    }
    return e;
}

static err compile_rule(const struct scanner *s, const struct rule *rule, struct rule_code *code)
{
    uint32_t groups = 0;
    err e = compile_expression(s, rule->expression, rule->caseless, &code->code);
    if (!err_ok(e)) {
        return e;
    }
    code->key = group_of(code->code, "key");
    code->secret = group_of(code->code, "secret");
    (void)pcre2_pattern_info(code->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (code->secret == 0 && groups > 0 && code->key != 1) {
        code->secret = 1;
    }
    return compile_allow(s, rule, code);
}

static bool selects(str only, const char *id)
{
    str item;
    while (str_split(&only, ',', &item)) {
        item = str_trim(item);
        bool open = str_ends(item, STR("*"));
        str fixed = open ? str_slice(item, 0, item.n - 1) : item;
        if (open ? str_starts(str_c(id), fixed) : str_eq(str_c(id), fixed)) {
            return true;
        }
    }
    return false;
}

/* Every item must name a rule. */
static err select_rules(struct scanner *s, str only)
{
    str rest = only, item;
    for (size_t i = 0; i < scan_rule_count; i++) {
        s->rules[i].on = str_empty(only) || selects(only, scan_rules[i].id);
    }
    while (str_split(&rest, ',', &item)) {
        bool found = false;
        for (size_t i = 0; i < scan_rule_count && !found; i++) {
            found = selects(item, scan_rules[i].id);
        }
        if (!found) {
            return err_new(ERR_INVALID, "no rule has this name");
        }
    }
    return ERR_NONE;
}

err scanner_words(enum prefilter_set set, enum scanner_words form, hs_database_t **ret)
{
#define WORDS(name)                                                                                \
    {                                                                                              \
        scan_words_##name, scan_words_##name##_end                                                 \
    }
    const struct {
        const char *begin, *end;
    } forms[PREFILTER_SETS][SCANNER_WORDS_NOW] = {
        {WORDS(everywhere_avx2), WORDS(everywhere_any)},
        {WORDS(near_avx2), WORDS(near_any)},
    };
#undef WORDS
    if (form == SCANNER_WORDS_NOW) {
        hs_compile_error_t *error = NULL;
        err e = prefilter_compile(set, NULL, ret, &error);
        (void)hs_free_compile_error(error);
        return e;
    }
    const char *begin = forms[set][form].begin;
    size_t n = (size_t)(forms[set][form].end - begin);
    switch (n > 0 ? hs_deserialize_database(begin, n, ret) : HS_DB_PLATFORM_ERROR) {
    case HS_SUCCESS:
        return ERR_NONE;
    case HS_NOMEM:
        return no_memory();
    default:
        return err_new(ERR_NOT_IMPLEMENTED, "the words are in a form for another machine");
    }
}

/* Takes the first form that this processor and this version of Vectorscan can read, and room to
 * search with it. */
static err load_words(struct scanner *s, enum prefilter_set set)
{
    err e = err_new(ERR_NOT_IMPLEMENTED, "");
    for (unsigned form = 0; form <= SCANNER_WORDS_NOW && e.code == ERR_NOT_IMPLEMENTED; form++) {
        e = scanner_words(set, (enum scanner_words)form, &s->words[set]);
    }
    if (err_ok(e) && hs_alloc_scratch(s->words[set], &s->scratch) != HS_SUCCESS) {
        e = no_memory();
    }
    return e;
}

static err fill(struct scanner *s, str only)
{
    s->rules = mem_array(scan_rule_count, sizeof *s->rules);
    s->compile = pcre2_compile_context_create(NULL);
    if (!s->rules || !s->compile) {
        return no_memory();
    }
    err e = select_rules(s, only);
    for (size_t i = 0; i < scan_rule_count && err_ok(e); i++) {
        e = s->rules[i].on ? compile_rule(s, &scan_rules[i], &s->rules[i]) : ERR_NONE;
    }
    for (unsigned set = 0; set < PREFILTER_SETS && err_ok(e); set++) {
        e = load_words(s, (enum prefilter_set)set);
    }
    return e;
}

err scanner_new(str only, struct scanner **ret)
{
    struct scanner *s = mem_alloc(sizeof *s);
    if (!s) {
        return no_memory();
    }
    err e = fill(s, only);
    if (!err_ok(e)) {
        scanner_free(s);
        return e;
    }
    *ret = s;
    return ERR_NONE;
}

void scanner_free(struct scanner *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; s->rules && i < scan_rule_count; i++) {
        for (size_t k = 0; s->rules[i].allow && s->rules[i].allow[k]; k++) {
            pcre2_code_free(s->rules[i].allow[k]);
        }
        mem_free(s->rules[i].allow);
        pcre2_code_free(s->rules[i].code);
    }
    mem_free(s->rules);
    pcre2_compile_context_free(s->compile);
    hs_free_scratch(s->scratch);
    for (unsigned set = 0; set < PREFILTER_SETS; set++) {
        hs_free_database(s->words[set]);
    }
    mem_free(s);
}
