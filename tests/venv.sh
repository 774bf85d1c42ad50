#!/bin/sh
# Makes the venv of one folder of tests once and prints the path of its python: `tests/venv.sh tests/readers`.
# The folder's requirements.txt pins all that is installed, dependencies too, so that pip resolves nothing.
# The venv is named after the pins, so a change of pins makes a new one.
set -eu

folder=$(cd "$1" && pwd)
requirements=$folder/requirements.txt
base=${CLXS_VENV:-$HOME/.cache/clxs-venvs}

if ! python3 -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >&2
    else
        echo "$folder: python3 with venv is missing: install the Debian package python3-venv" >&2
        exit 1
    fi
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$folder: Python 3.11 or newer is needed, found $(python3 --version)" >&2
    exit 1
fi

mkdir -p "$base"
key=$({ python3 --version; cat "$requirements"; } | sha256sum | cut -c1-16)
venv=$base/$key
exec 9>"$base/lock"
flock 9
if [ ! -e "$venv/complete" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
        -r "$requirements" >&2
    touch "$venv/complete"
fi
echo "$venv/bin/python"
