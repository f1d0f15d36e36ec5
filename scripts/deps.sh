#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: scripts/deps.sh [build|run|test|web|bench|deb]...
# Installs what is missing, and only that: Debian packages from scripts/packages-<set>.txt by
# apt-get, npm packages (web; with "test" also those of the tests; with "bench" the peers) by their lock file. Quick and
# silent when nothing is missing.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- build run web

say() { printf 'deps: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo -- "$@"
    else
        die "these need root, and sudo is not here. As root run: $*"
    fi
}

# The packages of the sets named, without comments.
wanted() {
    for set in "$@"; do
        [ "$set" = web ] && continue
        [ -f "scripts/packages-$set.txt" ] || die "unknown set '$set' (build, run, test, web, bench, deb)"
        sed 's/#.*//' "scripts/packages-$set.txt"
    done | tr -s ' \t' '\n' | sort -u | sed '/^$/d'
}

# A machine's own node is kept when it is new enough; Debian's comes in otherwise.
node_packages() {
    major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
    if [ "${major:-0}" -ge 18 ] && command -v npm >/dev/null 2>&1; then
        return
    fi
    echo nodejs
    echo npm
}

# Prints what of its input dpkg does not know as installed. "a|b" is met by either.
missing() {
    installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | sed -n 's/^.i *//p')
    while read -r names; do
        found=
        for name in $(printf '%s' "$names" | tr '|' ' '); do
            printf '%s\n' "$installed" | grep -qxF -- "$name" && found=1 && break
        done
        [ -n "$found" ] || printf '%s\n' "${names%%|*}"
    done
}

# Servers among the packages (postfix, nginx) are for tests that start their own: installing one must
# neither start it nor configure it, nor push a mail server out that is already here (--no-remove).
install_debian() {
    [ -n "$1" ] || return 0
    names=$(printf '%s' "$1" | tr '\n' ' ')
    command -v apt-get >/dev/null 2>&1 ||
        die "this is not Debian; install the equivalents of: $names"
    say "installing $names"
    as_root apt-get update -qq || die "apt-get update failed: is the network up?"
    # shellcheck disable=SC2016,SC2086 # the script expands them itself; a list of names
    as_root sh -eu -c '
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then
            printf "#!/bin/sh\nexit 101\n" >$policy
            chmod 755 $policy
            trap "rm -f $policy" EXIT
        fi
        case " $* " in *" postfix "*)
            echo "postfix postfix/main_mailer_type select No configuration" |
                debconf-set-selections ;;
        esac
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-remove \
            --no-install-recommends "$@" >/dev/null
    ' sh $names || die "apt-get could not install them; as root, try: apt-get install $names"
}

# npm ci in folder $1, when its lock file is not the one that was installed last. What only tests
# need (devDependencies, most of it) is left out unless $2 is "test" or it is here already.
install_npm() {
    [ -f "$1/package-lock.json" ] || return 0
    now=$(cat "$1/package-lock.json" "$1/package.json" | sha256sum | cut -d' ' -f1)
    before=$(cat "$1/node_modules/.installed" 2>/dev/null || true)
    kind=$2
    case $before in *" test") kind="test" ;; esac
    [ "$before" = "$now $kind" ] && return 0
    say "installing the npm packages of $1/"
    omit=--omit=dev
    [ "$kind" != test ] || omit=--include=dev
    (cd "$1" && npm ci "$omit" --no-audit --no-fund --loglevel=error) ||
        die "npm ci failed in $1/: is the network up?"
    printf '%s %s\n' "$now" "$kind" >"$1/node_modules/.installed"
}

list=$(wanted "$@")
with_npm=
case " $* " in *" web "*) with_npm=1 ;; esac
[ -z "$with_npm" ] || list=$(printf '%s\n%s\n' "$list" "$(node_packages)")
install_debian "$(printf '%s\n' "$list" | sed '/^$/d' | missing)"
case " $* " in *" bench "*) install_npm tests/bench/peers build ;; esac
[ -z "$with_npm" ] || {
    exec 9<web/package-lock.json && flock 9 # one npm at a time in a folder
    case " $* " in
        *" test "*) install_npm web test ;;
        *) install_npm web build ;;
    esac
}
