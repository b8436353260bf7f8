#!/bin/sh
# Pins each requirements/*.in to requirements/*.txt, with the hashes of all its files: pip then takes no other.
#   scripts/lock.sh              pins stay where they can
#   scripts/lock.sh --upgrade    each is the newest
set -eu
cd "$(dirname "$0")/../requirements"

pin() { # IN OUT, and what goes for this one alone
    in=$1 out=$2
    shift 2
    uv pip compile --quiet --generate-hashes --no-header --custom-compile-command "make lock" $upgrade "$@" "$in" -o "$out"
}

upgrade=${1:-}
for in in *.in; do
    case $in in
        py38.in | jetpack46.in) pin "$in" "${in%.in}.txt" --python-version 3.8 ;;
        # torch is another file for each accelerator, with companions of its own.
        training.in) pin "$in" training.txt --python-version 3.11 --universal --no-deps ;;
        # What a host or an image gets is what was tested here; our own are built here.
        hosts.in | image.in)
            pin "$in" "${in%.in}.txt" --python-version 3.11 --universal --constraint dev.txt \
                --no-emit-package fer-wire --no-emit-package fer-agent --no-emit-package fer-simulator \
                --no-emit-package fer-controller ;;
        *) pin "$in" "${in%.in}.txt" --python-version 3.11 --universal ;;
    esac
done
pin build.in build-py38.txt --python-version 3.8
