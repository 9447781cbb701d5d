#!/bin/sh
# Brings the npm packages that a folder's package-lock.json pins by content into the per-user cache and prints the folder
# that holds their node_modules. A second run finds them there and does nothing.
#
#     tools/npm/fetch.sh tests/clients/mcp
#
# Exit: 0 they are there; 3 they cannot be had here (offline, no npm).
set -eu

say() { printf 'npm: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 3
}
temp=
clean() { [ -z "$temp" ] || rm -rf "$temp"; }
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ $# = 1 ] && [ -f "$1/package-lock.json" ] || { say "usage: $0 FOLDER"; exit 2; }
command -v npm >/dev/null || fail "needs npm (Debian: apt-get install npm)"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/parry/npm
dir=$cache/$(cat "$1/package.json" "$1/package-lock.json" | sha256sum | cut -c 1-16)

if [ ! -d "$dir" ]; then # made by one rename, so it is whole
    mkdir -p "$cache" 2>/dev/null || fail "cannot make $cache"
    temp=$(mktemp -d "$cache/.fetch-XXXXXX") || fail "cannot write in $cache"
    mkdir "$temp/site"
    cp "$1/package.json" "$1/package-lock.json" "$temp/site"
    (cd "$temp/site" && npm ci --silent --no-audit --no-fund --ignore-scripts) >"$temp/log" 2>&1 ||
        fail "the packages of $1 cannot be had: $(grep -v '^ *$' "$temp/log" | tail -n 1)"
    mv -T "$temp/site" "$dir" 2>/dev/null || [ -d "$dir" ] || fail "cannot write $dir"
fi
printf '%s\n' "$dir"
