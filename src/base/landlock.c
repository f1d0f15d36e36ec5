/* SPDX-License-Identifier: Apache-2.0 */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    RIGHTS_V1 = (1 << 13) - 1,       /* files and folders */
    RIGHTS_V2 = RIGHTS_V1 | 1 << 13, /* + rename between folders */
    RIGHTS_V3 = RIGHTS_V2 | 1 << 14, /* + truncate */
    RIGHTS_V5 = RIGHTS_V3 | 1 << 15, /* + ioctl of devices */
    FILE_RIGHTS = LANDLOCK_EXECUTE | LANDLOCK_WRITE_FILE | LANDLOCK_READ_FILE,
    NETWORK_V4 = 1 << 0 | 1 << 1, /* bind and connect of TCP */
};

struct ruleset_attributes {
    uint64_t files, network;
};

int landlock_new(bool no_tcp)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        return -1;
    }
    struct ruleset_attributes rules = {
        .files = version >= 5   ? RIGHTS_V5
                 : version >= 3 ? RIGHTS_V3
                 : version >= 2 ? RIGHTS_V2
                                : RIGHTS_V1,
        .network = version >= 4 && no_tcp ? NETWORK_V4 : 0,
    };
    return (int)syscall(SYS_landlock_create_ruleset, &rules,
                        version >= 4 ? sizeof(rules) : sizeof(rules.files), 0);
}

bool landlock_allow_fd(int rules, int fd, uint64_t rights)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return false;
    }
    struct landlock_path_beneath_attr rule = {
        .allowed_access = S_ISDIR(info.st_mode) ? rights : rights & FILE_RIGHTS,
        .parent_fd = fd,
    };
    return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool landlock_allow(int rules, const char *path, uint64_t rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR;
    }
    bool ok = landlock_allow_fd(rules, fd, rights);
    (void)close(fd);
    return ok;
}

bool landlock_enforce(int rules)
{
    bool ok = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    (void)close(rules);
    return ok;
}
