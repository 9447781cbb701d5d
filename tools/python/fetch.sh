#!/bin/sh
# Brings the Python packages that a requirements file pins by hash into the per-user cache and prints their folder, for
# PYTHONPATH. A second run finds them there and does nothing.
#
#     tools/python/fetch.sh tests/eval/requirements.txt
#
# Exit: 0 they are there; 3 they cannot be had here (offline, another machine than they are pinned for).
set -eu

say() { printf 'python: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 3
}
temp=
clean() { [ -z "$temp" ] || rm -rf "$temp"; }
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ $# = 1 ] && [ -f "$1" ] || { say "usage: $0 REQUIREMENTS"; exit 2; }
python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])') || fail "needs python3"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/parry/python
dir=$cache/$python-$(sha256sum "$1" | cut -c 1-16)

if [ ! -d "$dir" ]; then # made by one rename, so it is whole
    python3 -m pip --version >/dev/null 2>&1 || fail "needs pip (Debian: apt-get install python3-pip)"
    mkdir -p "$cache" 2>/dev/null || fail "cannot make $cache"
    temp=$(mktemp -d "$cache/.fetch-XXXXXX") || fail "cannot write in $cache"
    python3 -m pip install --quiet --retries 2 --timeout 20 --disable-pip-version-check --no-cache-dir --no-deps --no-compile \
        --only-binary=:all: --root-user-action=ignore --require-hashes -r "$1" --target "$temp/site" >"$temp/log" 2>&1 ||
        fail "the packages of $1 cannot be had: $(grep -v '^ *$' "$temp/log" | tail -n 1)"
    mv -T "$temp/site" "$dir" 2>/dev/null || [ -d "$dir" ] || fail "cannot write $dir"
fi
printf '%s\n' "$dir"
