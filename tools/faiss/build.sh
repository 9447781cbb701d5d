#!/usr/bin/env bash
# Builds FAISS 1.12 with its C API for this CPU's SIMD level, as static libraries, into the per-user cache.
#   tools/faiss/build.sh           build if the cache lacks it; prints the prefix on stdout, progress on stderr
#   tools/faiss/build.sh --prefix  print the prefix only
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=1.12.0

has() { grep -m1 '^flags' /proc/cpuinfo | grep -qw "$1"; }
all() { for f in "$@"; do has "$f" || return 1; done; }
if all avx512f avx512cd avx512vl avx512dq avx512bw avx2 fma f16c; then
    level=avx512
elif all avx2 fma f16c; then
    level=avx2
else
    level=generic
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/parry
prefix=$cache/faiss-$version-$level
if [ "${1:-}" = --prefix ] || [ -e "$prefix/complete" ]; then
    echo "$prefix"
    exit 0
fi

suffix=_$level
[ "$level" = generic ] && suffix=
mkdir -p "$cache"
exec 9>"$cache/faiss.lock" # two builds at once would fight over one folder
flock 9
[ -e "$prefix/complete" ] && { echo "$prefix"; exit 0; }

echo "parry: fetching FAISS $version (crate faiss-sys 0.7.0)" >&2
(cd "$here" && cargo fetch --locked --quiet)
source=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -maxdepth 2 -type d -name faiss-sys-0.7.0 | head -n 1)
[ -n "$source" ] || { echo "parry: cargo fetched faiss-sys 0.7.0, but its sources are not in the cargo registry" >&2; exit 1; }

echo "parry: building FAISS $version for $level, once (about 3 minutes on two cores)" >&2
work=$(mktemp -d "$cache/faiss-build.XXXXXX")
trap 'rm -rf "$work"' EXIT
cmake -G Ninja -S "$source/faiss" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_TESTING=OFF -DFAISS_ENABLE_GPU=OFF -DFAISS_ENABLE_PYTHON=OFF \
    -DFAISS_ENABLE_EXTRAS=OFF -DFAISS_ENABLE_C_API=ON -DFAISS_OPT_LEVEL="$level" >"$work/log" 2>&1 ||
    { tail -n 30 "$work/log" >&2; exit 1; }
NINJA_STATUS='parry: faiss [%f/%t] ' ninja -C "$work/build" "faiss_c$suffix" 2>>"$work/log" | tee -a "$work/log" |
    grep --line-buffered -o '^parry: faiss \[[0-9]*/[0-9]*\]' | awk 'NR % 10 == 0 { print; fflush() }' >&2 ||
    { tail -n 30 "$work/log" >&2; exit 1; }
stage=$work/stage
mkdir -p "$stage/lib" "$stage/include/faiss"
cp "$work/build/faiss/libfaiss$suffix.a" "$stage/lib/libfaiss.a"
cp "$work/build/c_api/libfaiss_c$suffix.a" "$stage/lib/libfaiss_c.a"
(cd "$source/faiss" && find c_api -name '*.h' -exec cp --parents {} "$stage/include/faiss/" \;)
echo "faiss $version $level" >"$stage/complete"
rm -rf "$prefix"
mv "$stage" "$prefix"
echo "$prefix"
