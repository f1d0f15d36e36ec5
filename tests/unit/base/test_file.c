/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[] = "/tmp/doorward-file-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/x", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static void a_written_file_reads_back_whole(void **state)
{
    (void)state;
    struct buf b;
    assert_true(err_ok(file_write(path, STR("first"), 0600)));
    assert_true(err_ok(file_write(path, STR("second"), 0600)));
    buf_init(&b, 100);
    assert_true(err_ok(file_read(path, &b)));
    assert_true(str_eq(buf_str(&b), STR("second")));
    buf_done(&b);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void the_ceiling_is_exact(void **state)
{
    (void)state;
    struct buf b;
    assert_true(err_ok(file_write(path, STR("12345"), 0600)));
    buf_init(&b, 5);
    assert_true(err_ok(file_read(path, &b)));
    buf_done(&b);
    buf_init(&b, 4);
    assert_int_equal(file_read(path, &b).code, ERR_TOO_LARGE);
    buf_done(&b);
}

static void what_is_no_file_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    assert_int_equal(file_read("/nonexistent/x", &b).code, ERR_NOT_FOUND);
    assert_int_equal(file_read(folder, &b).code, ERR_INVALID);
    assert_int_equal(file_write("/nonexistent/x", STR("x"), 0600).code, ERR_IO);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_file_reads_back_whole),
        cmocka_unit_test(the_ceiling_is_exact),
        cmocka_unit_test(what_is_no_file_is_an_error_that_names_it),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
