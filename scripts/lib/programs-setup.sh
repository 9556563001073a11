# shellcheck shell=bash
# What scripts/check-programs checks with: packages, an emulator, mounts, and a line for each check. Sourced by bash with
# "set -euo pipefail", after packages.sh.

program_packages="restic borgbackup rclone rsync zip unzip git ripgrep ugrep file jq curl procps python3 python3-venv vim-tiny
    nginx-light openssh-server openssh-client samba smbclient nfs-ganesha nfs-ganesha-vfs libnfs-utils
    nodejs default-jdk-headless libreoffice-writer-nogui evince pcmanfm xvfb xdotool dbus plocate recollcmd"
program_libraries="duckdb==2.0.1 pandas==3.1.1"

work='' emulator='' shown='' faults=0 pids=()

need_programs() {
    # shellcheck disable=SC2086
    need $build_packages $program_packages >&2
    need_libraries
}

# Leaves a Python with the libraries in $program_python.
need_libraries() {
    local venv=${XDG_CACHE_HOME:-$HOME/.cache}/pulsefs-check
    program_python=$venv/bin/python
    [ "$(cat "$venv/libraries" 2>/dev/null)" != "$program_libraries" ] || return 0
    rm -rf "$venv"
    python3 -m venv "$venv"
    # shellcheck disable=SC2086
    "$program_python" -m pip install --quiet $program_libraries >&2
    printf '%s\n' "$program_libraries" > "$venv/libraries"
}

# Builds, and serves the sample documents at $api. Programs keep what they remember in $work.
begin() { # [PROGRAM]: a pulsefs to check with instead, beside its pulse-emulator
    if [ -n "${1:-}" ]; then
        bin=$(realpath "$(dirname "$1")")
    else
        swift build --product pulsefs >&2
        swift build --product pulse-emulator >&2
        bin=$PWD/.build/debug
    fi
    lib=$PWD/scripts/lib
    work=$(mktemp -d)
    trap clean EXIT
    trap 'exit 130' INT TERM
    mkdir "$work/mnt" "$work/cold" "$work/copies" "$work/home"
    mnt=$work/mnt
    mkfifo "$work/ready"
    "$bin/pulse-emulator" > "$work/ready" & emulator=$!
    local line
    read -r line < "$work/ready"
    api=${line##* }
    export PULSE_API_KEY=pulse-demo-northwind-1 PULSE_API_URL=$api PULSEFS_CACHE_DIR=$work/cache HOME=$work/home
    export XDG_CACHE_HOME=$work/home/.cache
    "$bin/pulsefs" mount "$mnt" > /dev/null
}

clean() {
    local process
    if [ -n "$shown" ]; then hide; fi
    for process in "${pids[@]}"; do kill "$process" 2> /dev/null || true; done
    for process in "$work/mnt" "$work/cold"; do fusermount3 -uz "$process" 2> /dev/null || true; done
    [ -z "$emulator" ] || kill "$emulator" 2> /dev/null || true
    wait 2> /dev/null || true
    rm -rf --one-file-system "$work"
}

# A server: it is ended at the end, and so is its group if it has one.
serve() { # COMMAND…
    "$@" > /dev/null 2>> "$work/servers.log" & pids+=($!)
}

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Leaves a mount with an empty cache on $cold, which knows these jobs and has no file of them.
cold() { # JOB…
    export PULSEFS_CACHE_DIR=$work/coldcache
    cold=$work/cold
    if mountpoint -q "$cold"; then "$bin/pulsefs" unmount "$cold" > /dev/null; fi
    rm -rf "$PULSEFS_CACHE_DIR"
    "$bin/pulsefs" mount "$cold" > /dev/null
    "$bin/pulsefs" jobs add "$@" > /dev/null
    PULSEFS_CACHE_DIR=$work/cache
}

say() { printf '%-72s %s\n' "$1" "$2"; }
fail() { say "$1" "FAILED: $2"; faults=$((faults + 1)); }

# What was asked of the API since its NUMBERth request, as "GETs + HEADs". Whether the key is good is asked by the clock.
asked() { # NUMBER
    curl -fsS "$api/_emulator/requests" | jq -r --argjson last "$1" '
        [.requests[] | select(.number > $last and .path != "/job/pulsefs-key-check") | .method]
        | "\(map(select(. == "GET")) | length) + \(map(select(. == "HEAD")) | length)"'
}
last_request() { curl -fsS "$api/_emulator/requests" | jq '[.requests[].number] | max // 0'; }

check() { # NAME COMMAND…: it ends with status 0
    local name=$1; shift
    if "$@" > "$work/out" 2> "$work/err"; then say "$name" ok; else
        fail "$name" "status $?, $(tail -n 3 "$work/err" | tr '\n' ' ')"
    fi
}
costs() { # "GETs + HEADs" NAME COMMAND…: the same, and it causes so many requests
    local cost=$1 name=$2 status=0 last found; shift 2
    last=$(last_request)
    "$@" > "$work/out" 2> "$work/err" || status=$?
    found=$(asked "$last")
    if [ "$status" != 0 ]; then fail "$name" "status $status, $(tail -n 3 "$work/err" | tr '\n' ' ')"
    elif [ "$found" != "$cost" ]; then fail "$name" "$found requests (GET + HEAD) instead of $cost"
    elif [ "$cost" = "0 + 0" ]; then say "$name" "ok, no request"
    else say "$name" "ok, $cost requests (GET + HEAD)"; fi
}
silent() { costs "0 + 0" "$@"; }

# What the API serves of JOBs, got without PulseFS, is in $work/served from here on.
serve_copy() { # JOB…
    python3 "$lib/programs-served.py" "$api" "$work/served" "$@"
}
sums() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }
same() { # DIRECTORY: all of jobs/ is there as it is mounted, and as it is served
    (cd "$1" && sha256sum --quiet -c "$work/sums" && sha256sum --quiet -c "$work/served.sums")
}
same_job() { # DIRECTORY JOB: all of a job is there as it is served
    (cd "$1" && grep -F " ./$2/" "$work/served.sums" | sed "s: \./$2/: ./:" | sha256sum --quiet -c)
}
refused() { ! "$@"; }
