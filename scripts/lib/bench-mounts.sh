# PulseFS and its peers as mounts. Sourced by scripts/bench (bash).
#
# A contestant has a name, a mount point and a cache directory: `begin NAME TRIP`, `end NAME`, `wipe NAME`.
declare -A pid_of=()

point() { echo "$scratch/mnt/$1"; }
# Of two builds, each has caches of its own: one does not read what a later one has written.
cache() { echo "$scratch/cache${side:+-$side}/$1"; }
wipe() { rm -rf --one-file-system "$(cache "$1")"; }
# Where a contestant shows the images of a job.
images() {
    case $1 in
    local) echo "$scratch/origin/results/$2/images" ;;
    pulsefs*) echo "$(point "$1")/jobs/$2/images" ;;
    *) echo "$(point "$1")/$2/images" ;;
    esac
}
big() { echo "$(images "$1" big)/image_0001.png"; }

is_mounted() { grep -qF " $(point "$1") " /proc/self/mounts; }
begin() {
    local name=$1 trip=$2 waited=0
    mkdir -p "$(point "$name")" "$(cache "$name")"
    begin_"${name%%-*}" "$name" "$trip" || return 1
    until is_mounted "$name"; do
        ((++waited < 500)) || { end "$name"; return 1; }
        sleep 0.02
    done
}
begin_pulsefs() {
    mount_pulsefs "$1" "$2" || return 1
    pid_of[$1]=$(pgrep -f "pulsefs mount --foreground .*$(point "$1")\$")
}
mount_pulsefs() {
    away "$2" env PULSEFS_CACHE_DIR="$(cache "$1")" "$pulsefs" mount --api-url "$(origin_at "$2")" "$(point "$1")" \
        > /dev/null 2>> "$scratch/pulsefs.log"
}
begin_rclone() {
    away "$2" rclone mount :http: "$(point "$1")" --http-url "$(origin_at "$2")/results/" --config /dev/null \
        --read-only --vfs-cache-mode full --cache-dir "$(cache "$1")" 2>> "$scratch/peers.log" &
    pid_of[$1]=$!
}
# nginx says Accept-Ranges in answers to whole requests alone, which the check takes for a server without ranges.
begin_httpdirfs() {
    away "$2" httpdirfs -f --no-range-check --cache --cache-location "$(cache "$1")" "$(origin_at "$2")/results/" \
        "$(point "$1")" > /dev/null 2>> "$scratch/peers.log" &
    pid_of[$1]=$!
}
begin_passthrough() {
    "$passthrough" --foreground "$scratch/origin/results" "$(point "$1")" > /dev/null 2>> "$scratch/peers.log" &
    pid_of[$1]=$!
}

# Unmounts, and waits until the daemon is gone. PulseFS's ends when what it has begun to download is in its cache.
end() {
    local name=$1 waited=0
    local pid=${pid_of[$name]:-}
    while is_mounted "$name" && ! umount "$(point "$name")" 2> /dev/null; do
        ((++waited < 50)) || { umount -l "$(point "$name")" 2> /dev/null || true; break; }
        sleep 0.02
    done
    [ -n "$pid" ] || return 0
    waited=0
    while [ -d "/proc/$pid" ] && ! grep -qs '^State:.Z' "/proc/$pid/status"; do
        ((++waited < 1000)) || kill -KILL "$pid" 2> /dev/null || true
        sleep 0.02
    done
    wait "$pid" 2> /dev/null || true
    unset "pid_of[$name]"
}
end_all() {
    local name
    for name in "${!pid_of[@]}"; do
        umount -l "$(point "$name")" 2> /dev/null || true
        kill "${pid_of[$name]}" 2> /dev/null || true
    done
    # What was being mounted when the run was broken off.
    awk -v under="$scratch/mnt/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts | while read -r name; do
        umount -l "$name" || true
    done
}
rss() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/${pid_of[$1]}/status"; }

# libfuse's own example in C, from the source of the package that is installed; nothing where it cannot be had.
build_passthrough() {
    local sources=$scratch/libfuse lists
    passthrough=
    mkdir -p "$sources/lists/partial"
    lists=(-o "Dir::Etc::SourceList=$sources/debian.sources" -o Dir::Etc::SourceParts=/none -o "Dir::State::Lists=$sources/lists")
    [ -r /etc/apt/sources.list.d/debian.sources ] && need g++ dpkg-dev || return 0
    sed 's/^Types: .*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$sources/debian.sources"
    (
        cd "$sources"
        apt-get -qq "${lists[@]}" update
        apt-get -qq "${lists[@]}" source --download-only fuse3
        dpkg-source --no-check -x fuse3_*.dsc tree
        # shellcheck disable=SC2046
        g++ -O2 -std=c++17 -o passthrough_hp tree/example/passthrough_hp.cc $(pkg-config --cflags --libs fuse3)
    ) > "$sources/log" 2>&1 || { say "no passthrough_hp: $(tail -n 1 "$sources/log")"; return 0; }
    passthrough=$sources/passthrough_hp
}

# The peers that are here.
peers=()
find_peers() {
    local name
    for name in rclone httpdirfs; do
        if need "$name" >&2 && command -v "$name" > /dev/null; then peers+=("$name"); else say "without $name"; fi
    done
}
# Each peer's figure of a row, in words: `rclone 12.0 ms, httpdirfs —`.
show_peers() {
    local name text=
    for name in "${peers[@]}"; do text="$text, $name $(show "$1" "$2-$name")"; done
    echo "$text"
}
