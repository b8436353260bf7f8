#!/bin/sh
# Debian packages of the programs, in dist/, from the wheels that scripts/wheelhouse.sh made for the same hosts.
#   scripts/deb.sh cp311 x86_64       Debian 12
#   scripts/deb.sh cp310 aarch64      JetPack 6: the agent alone, for the controller needs Python 3.11
# Needs debhelper, on any machine.
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 2 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
tag=$1 machine=$2
minor=${tag#cp3}

case $machine in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) echo "$machine is no machine that we build for; take x86_64 or aarch64." >&2; exit 2 ;;
esac
packages=fer-agent
[ "$minor" -lt 11 ] || packages="fer-agent fer-controller"

make -s .venv/.ready
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' agent/pyproject.toml)
cat >debian/changelog <<END
light-fer-fleet ($version) stable; urgency=medium

  * CHANGELOG.md says what is new.

 -- $(sed -n 's/^Maintainer: //p' debian/control)  $(git log -1 --format=%aD)
END

mkdir -p dist
rm -f dist/fer-*_"$architecture".deb
DEB_HOST_ARCH=$architecture DEB_RULES_REQUIRES_ROOT=no debian/rules clean
DEB_HOST_ARCH=$architecture DEB_RULES_REQUIRES_ROOT=no debian/rules binary \
    PACKAGES="$packages" WHEELS="ansible/wheelhouse/$tag-$machine.tar" PYTHON="$PWD/.venv/bin/python" DEPENDS="python3.$minor"
for package in $packages; do
    echo "dist/${package}_${version}_$architecture.deb: $(du -h "dist/${package}_${version}_$architecture.deb" | cut -f1)"
done
