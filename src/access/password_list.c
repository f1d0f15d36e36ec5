/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "access/password_private.h"
#include "base/file.h"
#include "base/mem.h"

enum { LIST_BYTES_MAX = 16 << 20 };

static const str common[] = {
#include "access/common_passwords.inc"
};

/* Every word is followed by a line feed (index_words). */
static str word_from(const char *p)
{
    const char *end = rawmemchr(p, '\n');
    return str_n(p, (size_t)(end - p));
}

static str word_at(const struct password_list *list, size_t i)
{
    return word_from(list->text + list->starts[i]);
}

static err index_words(struct password_list *list, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        list->text[i] = str_lower(list->text[i]);
        count += list->text[i] == '\n';
    }
    if (n == 0 || memchr(list->text, '\0', n) || list->text[n - 1] != '\n') {
        return err_new(ERR_CORRUPT, "the list of common passwords is no list of lines");
    }
    list->starts = mem_array(count, sizeof *list->starts);
    if (!list->starts) {
        return err_new(ERR_NO_MEMORY, "no memory for the list of common passwords");
    }
    for (size_t at = 0; at < n; list->count++) {
        list->starts[list->count] = (uint32_t)at;
        at += word_at(list, list->count).n + 1;
    }
    return ERR_NONE;
}

static int by_bytes(const void *x, const void *y, void *user)
{
    const char *text = user;
    const uint32_t *a = x, *b = y;
    return str_cmp(word_from(text + *a), word_from(text + *b));
}

err password_list_open(struct password_list *list, const char *path)
{
    struct buf bytes;
    *list = (struct password_list){0};
    buf_init(&bytes, LIST_BYTES_MAX);
    err e = file_read(path, &bytes);
    if (e.code == ERR_NOT_FOUND) {
        return ERR_NONE;
    }
    if (err_ok(e)) {
        list->text = mem_dup(bytes.p, bytes.n);
        e = list->text ? index_words(list, bytes.n)
                       : err_new(ERR_NO_MEMORY, "no memory for the list of common passwords");
    }
    if (err_ok(e)) {
        qsort_r(list->starts, list->count, sizeof *list->starts, by_bytes, list->text);
    } else {
        password_list_close(list);
    }
    buf_done(&bytes);
    return e;
}

void password_list_close(struct password_list *list)
{
    mem_free(list->text);
    mem_free(list->starts);
    *list = (struct password_list){0};
}

static bool in_common(str word)
{
    size_t low = 0, high = sizeof common / sizeof *common;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(word, common[middle]);
        if (order == 0) {
            return true;
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return false;
}

bool password_list_has(const struct password_list *list, str word)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(word, word_at(list, middle));
        if (order == 0) {
            return true;
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return in_common(word);
}
