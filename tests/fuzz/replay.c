/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target once for each file named on the command line and reports TAP, so that every
 * corpus file is a regression test also where libFuzzer is not available. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A corpus file is small by rule; a larger one is an error in the corpus. */
#define INPUT_MAX (4U << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_one(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -1;
    }
    uint8_t *whole = malloc(INPUT_MAX);
    size_t n = whole == NULL ? 0 : fread(whole, 1, INPUT_MAX, file);
    int rc = whole == NULL || ferror(file) != 0 || feof(file) == 0 ? -1 : 0;
    fclose(file);
    if (rc == 0) {
        /* An exact allocation lets ASan see a read one past the end. */
        uint8_t *exact = malloc(n == 0 ? 1 : n);
        rc = exact == NULL ? -1 : 0;
        for (size_t i = 0; rc == 0 && i < n; i++) {
            exact[i] = whole[i];
        }
        if (rc == 0) {
            LLVMFuzzerTestOneInput(exact, n);
        }
        free(exact);
    }
    free(whole);
    return rc;
}

int main(int argc, char **argv)
{
    int failed = 0;
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        int rc = replay_one(argv[i]);
        printf("%s %d - %s\n", rc == 0 ? "ok" : "not ok", i, argv[i]);
        fflush(stdout);
        failed += rc != 0;
    }
    return failed == 0 ? 0 : 1;
}
