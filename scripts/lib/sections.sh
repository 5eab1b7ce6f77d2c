# shellcheck shell=bash
# The sections of scripts/test: each a function section_NAME whose output is its log.
# prepare_NAME builds what it needs; called again, it has nothing left to do.

sources() { git ls-files -- 'src/*.cpp' 'src/*.hpp' 'tests/*.cpp' 'tests/*.hpp'; }

section_format() {
    sources | xargs clang-format --dry-run --Werror
    echo "$(sources | wc -l) passed, 0 failed"
}

section_lint() {
    local files
    files=$(lint_files)
    [[ -n $files ]] || { echo "1 passed, 0 failed"; return; }
    # clang cannot read GCC's precompiled headers
    cmake --preset dev -B build/lint -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON
    sed "s|^|$PWD/|" <<<"$files" | xargs run-clang-tidy -quiet -j "$(nproc)" -p build/lint
    echo "$(wc -l <<<"$files") passed, 0 failed"
}

lint_files() {
    if [[ -n ${LINT_SINCE-} ]]; then
        git diff --name-only --diff-filter=d "$LINT_SINCE" -- 'src/*.cpp'
    else
        git ls-files -- 'src/*.cpp'
    fi
}

section_unit() { ctest_of dev; }
section_asan() { PGSIDECAR_RANDOM_SCRIPTS=${RANDOM_SCRIPTS:-10000} UBSAN_OPTIONS=print_stacktrace=1 ctest_of asan; }
section_tsan() { ctest_of tsan; }

ctest_of() { # PRESET
    build "$1"
    ctest --preset "$1" --parallel "$(nproc)" --timeout 900 --no-tests=error --verbose
}

prepare_integration() {
    if [[ -z ${PGSIDECAR_BIN-} ]]; then build release; fi
    venv venv tests/integration/requirements.txt
}
prepare_differential() { prepare_integration; }
prepare_clients() {
    prepare_integration
    build/venv/bin/python -m tests.integration.clients --ci --prepare
}
prepare_suites() {
    prepare_integration
    build/venv/bin/python -m tests.integration.suites --ci --prepare
}
prepare_deploy() {
    if [[ -z ${PGSIDECAR_BIN-} ]]; then build release; fi
    venv venv-deploy tests/deploy/requirements.txt
}
prepare_bench() {
    if [[ -z ${PGSIDECAR_BIN-} ]]; then build release; fi
    venv venv-bench bench/requirements.txt
}
prepare_fuzz() { build fuzz; }

section_integration() {
    prepare_integration
    with_program -m pytest -p no:cacheprovider -ra tests/integration
}

section_differential() {
    prepare_differential
    with_program -m tests.integration.differential --scripts "${DIFFERENTIAL_SCRIPTS:-300}"
    with_program -m tests.integration.differential --pooler direct --scripts 30
}

section_clients() {
    prepare_integration
    with_program -m tests.integration.clients --ci
}

section_suites() {
    prepare_integration
    with_program -m tests.integration.suites --ci
}

section_deploy() {
    prepare_deploy
    with_program_in venv-deploy -m pytest -p no:cacheprovider -ra tests/deploy
}

section_bench() {
    prepare_bench
    with_program_in venv-bench -m pytest -p no:cacheprovider -ra tests/bench
    with_program_in venv-bench -m bench --short --out build/bench-short
}

with_program() { with_program_in venv "$@"; } # ARGUMENT OF PYTHON...

with_program_in() { # VENV ARGUMENT OF PYTHON...
    PGSIDECAR_BIN=${PGSIDECAR_BIN-$PWD/build/release/pgsidecar} "build/$1/bin/python" "${@:2}"
}

# The decoders are small; what finds something has most of the time.
section_fuzz() {
    tests/fuzz/run "${FUZZ_SECONDS:-15}" fuzz_frames fuzz_frontend_messages fuzz_backend_messages fuzz_proxy_header \
        fuzz_sasl fuzz_startup
    tests/fuzz/run "${FUZZ_SECONDS:-150}" fuzz_sql_uses fuzz_session
}

count_results() { # LOG : "PASSED FAILED" of ctest, GoogleTest, pytest, and of lines "N passed, N failed"
    awk '
        /\[  (PASSED|FAILED)  \] [0-9]+ tests?[.,]/ {
            match($0, /\] [0-9]+/); n = substr($0, RSTART + 2) + 0
            if ($0 ~ /PASSED/) passed += n; else failed += n
            next
        }
        /tests passed, [0-9]+ tests? failed out of [0-9]+/ {
            match($0, /, [0-9]+ tests? failed/); lost = substr($0, RSTART + 2) + 0
            match($0, /out of [0-9]+/); passed += substr($0, RSTART + 7) - lost; failed += lost; next
        }
        /^[= ]*[0-9]+ (passed|failed|errors?|skipped|deselected|warnings?|xfailed)(,| in |$)/ {
            gsub(/[=,]/, " ")
            for (i = 2; i <= NF; i++) {
                if ($i == "passed") passed += $(i - 1)
                if ($i ~ /^(failed|errors?)$/) failed += $(i - 1)
            }
        }
        END { print passed + 0, failed + 0 }' "$1"
}
