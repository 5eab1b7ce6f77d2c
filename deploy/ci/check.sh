#!/usr/bin/env bash
# Usage: deploy/ci/check.sh APPLICATION
#
# What a pipeline wants to know before it ships: does the application work behind a pooler in transaction mode,
# through pgsidecar? Starts PostgreSQL, a pgBouncer whose servers are used in turn, and pgsidecar; runs through them
#
#   pgsidecar check       connect, prepare, migrate, read, write, fail and recover
#   alembic upgrade head  in the folder APPLICATION
#   pytest                there
#
# and stops what it has started. Any step that fails ends it with that step's status.
#
#   PGSIDECAR  the program (default: pgsidecar)
#   PORT       of pgsidecar on 127.0.0.1 (default: 6432); the other two listen on Unix sockets only
#   PYTHON     with the application's packages (default: python3)
#   REPORT     a file for the check's result as JSON (default: none)
set -euo pipefail

application=${1:?the folder of the application is missing}
pgsidecar=${PGSIDECAR:-pgsidecar}
port=${PORT:-6432}
python=${PYTHON:-python3}
url=postgresql://app@127.0.0.1:$port/app
processes=()
as_postgres=() # neither PostgreSQL nor pgBouncer runs as root
if [[ $EUID == 0 ]]; then as_postgres=(setpriv --reuid postgres --regid postgres --init-groups); fi

main() {
    directory=$(mktemp --directory)
    trap stop EXIT
    if [[ $EUID == 0 ]]; then chown postgres: "$directory"; fi

    start_postgresql
    start_pgbouncer
    start_pgsidecar

    step "pgsidecar check" "$pgsidecar" check "$url"
    if [[ -n ${REPORT-} ]]; then "$pgsidecar" check "$url" --json >"$REPORT"; fi
    cd "$application"
    export DATABASE_URL=${url/postgresql:/postgresql+asyncpg:} PYTHONPATH=$PWD
    step "migrations" "$python" -m alembic upgrade head
    step "tests" "$python" -m pytest -q -p no:cacheprovider
    echo "all right"
}

start_postgresql() {
    local bin
    bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort --version-sort | tail -n 1)
    "${as_postgres[@]}" "$bin/initdb" --pgdata "$directory/data" --username postgres --auth trust --no-sync \
        >"$directory/initdb.log"
    start postgresql "${as_postgres[@]}" "$bin/postgres" -D "$directory/data" -k "$directory" \
        -c listen_addresses= -c fsync=off
    wait_for "PostgreSQL" sql 5432 postgres postgres "SELECT 1"
    sql 5432 postgres postgres "CREATE ROLE app LOGIN"
    sql 5432 postgres postgres "CREATE DATABASE app OWNER app"
}

start_pgbouncer() { # with three servers: every transaction gets another one
    cat >"$directory/pgbouncer.ini" <<END
[databases]
app = host=$directory port=5432
[pgbouncer]
listen_addr =
listen_port = 6543
unix_socket_dir = $directory
auth_type = trust
auth_file = $directory/users.txt
pool_mode = transaction
default_pool_size = 3
min_pool_size = 3
server_round_robin = 1
END
    echo '"app" ""' >"$directory/users.txt"
    start pgbouncer "${as_postgres[@]}" "$(PATH=$PATH:/usr/sbin command -v pgbouncer)" "$directory/pgbouncer.ini"
    wait_for "pgBouncer" sql 6543 app app "SELECT 1"
}

start_pgsidecar() {
    start pgsidecar "$pgsidecar" --listen "127.0.0.1:$port" --upstream "unix:$directory/.s.PGSQL.6543"
    wait_for "pgsidecar" psql --no-psqlrc --quiet --output /dev/null --command "SELECT 1" "$url"
}

sql() { # PORT USER DATABASE COMMAND
    psql --no-psqlrc --quiet --output /dev/null --host "$directory" --port "$1" --username "$2" --dbname "$3" \
        --command "$4"
}

start() { # NAME COMMAND...
    "${@:2}" >"$directory/$1.log" 2>&1 </dev/null &
    processes=("$!" "${processes[@]}")
}

wait_for() { # NAME COMMAND... : until it succeeds, half a minute at most, while what was started last runs
    for _ in {1..150}; do
        if "${@:2}" 2>"$directory/wait.log"; then return; fi
        kill -0 "${processes[0]}" 2>/dev/null || break
        sleep 0.2
    done
    echo "$1 does not answer:" >&2
    tail -n 20 "$directory"/*.log >&2
    exit 1
}

step() { # NAME COMMAND...
    echo "== $1"
    "${@:2}" || { local status=$?; echo "$1: failed" >&2; tail -n 20 "$directory/pgsidecar.log" >&2; exit "$status"; }
}

stop() { # the last one first
    local process
    for process in "${processes[@]}"; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$directory"
}

main
