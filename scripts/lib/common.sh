# shellcheck shell=bash
# Shared by the commands in scripts/; the current directory is the root of the repository.

usage() { sed -n '2,/^set/{/^# \?/s///p}' "$0"; }

fail() {
    echo "$0: $1" >&2
    exit 2
}

is_one_of() { # WORD WORD...
    local word=$1 other
    shift
    for other in "$@"; do [[ $word == "$other" ]] && return; done
    return 1
}

build() { # PRESET [ARGUMENT OF THE BUILD...] : one at a time, since CMake rewrites what another is reading
    local preset=$1
    shift
    mkdir -p build
    (
        flock 9
        cmake --preset "$preset" && cmake --build --preset "$preset" --parallel "$(nproc)" "$@" 9>&-
    ) 9>"build/$preset.lock"
}

venv() { # NAME REQUIREMENTS : build/NAME with exactly these packages
    cmp -s "$2" "build/$1/installed.txt" && return
    python3 -m venv --clear "build/$1"
    "build/$1/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$2" </dev/null
    cp "$2" "build/$1/installed.txt"
}
