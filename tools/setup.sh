# Sourced by ./dev: installs what is missing, each piece once. All of it says what it does on stderr.

say() { printf 'parry: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Debian packages of a list that are not installed yet.
missing_packages() {
    local name series
    while read -r name series; do
        case $name in '' | '#'*) continue ;; esac
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' && continue
        if [ "$series" = '*' ]; then echo "$name"; else echo "$name=$series"; fi
    done <"$1"
}

setup_packages() {
    local missing root=
    command -v dpkg-query >/dev/null || die "this set-up is for Debian 12; elsewhere install what tools/packages.txt names"
    missing=$(for list in "$@"; do missing_packages "$list"; done)
    command -v cargo >/dev/null || missing="$missing cargo"
    command -v npm >/dev/null || missing="$missing npm nodejs"
    python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3 python3-pip"
    missing=$(echo $missing)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "these packages are missing and need root to install: $missing"
        root=sudo
    fi
    say "installing $(echo "$missing" | wc -w) Debian packages: $missing"
    $root apt-get update -qq || die "apt-get update failed: look at the network and /etc/apt/sources.list"
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/tmp/parry-apt.$$.log 2>&1 ||
        { tail -n 20 /tmp/parry-apt.$$.log >&2; die "apt-get could not install the packages above"; }
    rm -f /tmp/parry-apt.$$.log
}

setup_faiss() { "$top/tools/faiss/build.sh" >/dev/null || die "FAISS could not be built"; }

# Without weights Parry runs on text alone; that is worth a line, not a failure.
setup_model() { "$top/tools/model/fetch.sh" >/dev/null || say "no model weights: search works on text alone"; }

# Python packages that tests compare with; a test that misses them is skipped.
setup_python() {
    local list
    for list in tests/eval tests/api; do
        "$top/tools/python/fetch.sh" "$top/$list/requirements.txt" >/dev/null || say "some tests will be skipped"
    done
}

# The npm packages of a folder, only when its lock file changed.
setup_npm() {
    local folder=$1 stamp=$1/node_modules/.parry-lock
    cmp -s "$folder/package-lock.json" "$stamp" && return
    say "installing the packages of ${folder#"$top"/}/ (npm ci)"
    (cd "$folder" && npm ci --silent --no-audit --no-fund --ignore-scripts) >&2 || return 1
    cp "$folder/package-lock.json" "$stamp"
}

# The packages of web/, then the search box from its TypeScript, each only when it changed.
setup_web() {
    local stamp=$top/web/node_modules/.parry-lock out=$top/web/dist/search-box.js
    setup_npm "$top/web" || die "npm ci failed in web/"
    if [ -z "$(find "$out" -newer "$stamp" 2>/dev/null)" ] || [ -n "$(find "$top/web/src" "$top/web/package.json" -newer "$out")" ]; then
        say "building the search box (web/src)"
        (cd "$top/web" && npm run --silent build) >&2 || die "npm run build failed in web/"
    fi
}

# Clients of other services that tests run against Parry; tests that miss them are left out.
setup_clients() { setup_npm "$top/tests/clients" || say "some tests will be left out"; }
