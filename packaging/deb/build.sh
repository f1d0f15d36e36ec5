#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes build-deb/doorward_VERSION_ARCH.deb from the tree. Run by `make deb`.
set -eu
cd "$(dirname "$0")/../.."
command -v dpkg-shlibdeps >/dev/null || { echo "deb: dpkg-dev is missing; run: apt-get install dpkg-dev" >&2; exit 1; }

out=$PWD/build-deb
stage=$out/stage
[ -f "$out/build.ninja" ] ||
    meson setup "$out" --buildtype=release --prefix=/usr -Dtests=false >/dev/null
ninja -C "$out" >/dev/null
rm -rf "$stage"
DESTDIR=$stage meson install -C "$out" --no-rebuild >/dev/null
strip --strip-unneeded "$stage/usr/bin/doorward"

version=$(meson introspect --projectinfo "$out" | python3 -c 'import json,sys; print(json.load(sys.stdin)["version"])')
architecture=$(dpkg --print-architecture)

doc=$stage/usr/share/doc/doorward
install -d "$doc/docs" "$stage/lib/systemd/system" "$stage/DEBIAN"
install -m 644 README.md CHANGELOG.md SECURITY.md "$doc"
install -m 644 docs/*.md "$doc/docs"
install -m 644 packaging/deb/copyright "$doc/copyright"
install -m 644 packaging/systemd/doorward.service "$stage/lib/systemd/system/doorward.service"
install -m 755 packaging/deb/postinst packaging/deb/prerm packaging/deb/postrm "$stage/DEBIAN"

# dpkg-shlibdeps wants a debian/control to stand beside it.
work=$out/shlibdeps
mkdir -p "$work/debian"
printf 'Source: doorward\n\nPackage: doorward\nArchitecture: any\n' >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info "$stage/usr/bin/doorward" 2>/dev/null |
    sed 's/^shlibs:Depends=//')
[ -n "$libraries" ] || { echo "deb: the libraries of the program could not be found" >&2; exit 1; }

sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@LIBRARIES@/$libraries/" \
    -e "s/@SIZE@/$(du -sk "$stage/usr" | cut -f1)/" packaging/deb/control >"$stage/DEBIAN/control"
package=$out/doorward_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$stage" "$package" >/dev/null
echo "$package"
