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

/* Under root a rename would put a file in the place of /dev/null. */
static void what_is_no_file_is_written_to_and_stays(void **state)
{
    (void)state;
    struct stat there;
    char got[16];
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR | O_NONBLOCK);
    assert_true(fd >= 0);
    assert_true(err_ok(file_write(path, STR("through"), 0600)));
    assert_int_equal(read(fd, got, sizeof got), 7);
    assert_memory_equal(got, "through", 7);
    assert_int_equal(stat(path, &there), 0);
    assert_true(S_ISFIFO(there.st_mode));
    (void)close(fd);
    (void)unlink(path);
    assert_int_equal(file_write("/dev/full", STR("x"), 0600).code, ERR_NO_SPACE);
    assert_int_equal(stat("/dev/full", &there), 0);
    assert_true(S_ISCHR(there.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_file_reads_back_whole),
        cmocka_unit_test(the_ceiling_is_exact),
        cmocka_unit_test(what_is_no_file_is_an_error_that_names_it),
        cmocka_unit_test(what_is_no_file_is_written_to_and_stays),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
