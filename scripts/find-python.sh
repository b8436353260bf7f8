#!/bin/sh
# Prints a Python of the given version (3.8): from the PATH, or from pyenv; says what to do when there is none.
set -eu
version=$1
for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
    if "$candidate" -c 'import sys' 2>/dev/null; then
        echo "$candidate"
        exit 0
    fi
done
echo "No Python $version was found on the PATH or in pyenv; install it (uv python install $version, pyenv install $version)." >&2
exit 1
