# Clients without a mount: curl, one file after another over one connection, and the API's official client for Python.
# Sourced by scripts/bench (bash).

# The key as a configuration of curl's, so that it is no argument.
clients_up() {
    printf 'silent\nshow-error\nfail\nheader = "x-api-key: %s"\n' "$PULSE_API_KEY" > "$scratch/curlrc"
    python=${PULSE_BENCH_PYTHON:-}
    [ -z "$python" ] || return 0
    local venv=${XDG_CACHE_HOME:-$HOME/.cache}/pulsefs-bench/venv
    if ! "$venv/bin/python" -c 'import pulse' 2> /dev/null; then
        say "Installing the official Python client in $venv"
        if ! { need python3 python3-venv && python3 -m venv "$venv" &&
            "$venv/bin/python" -m pip install --quiet pulse-python-sdk; } >&2; then
            say "without the official client"
            return 0
        fi
    fi
    python=$venv/bin/python
}

ask() {
    local trip=$1
    shift
    away "$trip" curl -K "$scratch/curlrc" "$@"
}
# Every image of a job into a directory: one request, then the next.
copy_one_by_one() {
    local trip=$1 job=$2 target=$3 origin
    origin=$(origin_at "$trip")
    mkdir -p "$target"
    ask "$trip" "$origin/job/$job" > "$target/job.json"
    jq -r '.result.bounding_boxes.Images[].image_url' "$target/job.json" |
        sed -E "s,^https?://[^/]*(/.*/(.*))$,url = \"$origin\1\"\noutput = \"$target/\2\"," > "$scratch/wanted"
    ask "$trip" -K "$scratch/wanted"
}
# The texts of jobs, searched for a word.
grep_one_by_one() {
    local trip=$1 word=$2 origin
    origin=$(origin_at "$trip")
    ask "$trip" "$origin/job/text-[0-199]" | jq -r .result.markdown | grep -c "$word"
}
# Microseconds of the official client with 16 threads; its start and its imports are not counted.
official() {
    local name=$1 trip=$2
    shift 2
    if [ -z "$python" ] || ! away "$trip" timeout --foreground "$patience" "$python" scripts/lib/bench-client.py "$(origin_at "$trip")" "$@" \
        >> "$(series "$name")" 2>> "$scratch/peers.log"; then put "$name" -; fi
}
