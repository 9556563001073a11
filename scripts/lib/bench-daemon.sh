# Rows of the daemon itself: its start, its memory, what it asks of the API. Sourced by scripts/bench (bash).

# A cache as if so many jobs of ten files had been fetched over the cable of 0 ms.
fill() { "$bench" fill "$(cache "$1")" --origin "$(origin_at 0)" --key "$PULSE_API_KEY" --jobs "$2"; }
# Until it is usable, and that it is.
usable() { mount_pulsefs "$1" 0 && ls "$(point "$1")" > /dev/null; }
start_rounds() { # series, contestant
    local round
    mkdir -p "$(point "$2")"
    for round in $(seq "$rounds"); do
        [ -z "$regress" ] || sample yardstick-process curl --version
        sample "$1" usable "$2"
        pid_of[$2]=$(pgrep -f "pulsefs mount --foreground .*$(point "$2")\$")
        put "$1-rss" "$(rss "$2")"
        end "$2"
    done
}
in_megabytes() { awk '{ print $1 " MB" }'; }

section_startup() {
    say "Starting with a cache of 1,000 jobs"
    wipe pulsefs-thousand
    mkdir -p "$(cache .)"
    fill pulsefs-thousand 1000
    start_rounds start-thousand pulsefs-thousand
    heading "Start"
    row "exec to usable, a cache of 1,000 jobs and 10,000 files" "$(show in_milliseconds start-thousand)" "" "≤ 25 ms" \
        "$(holds "$(median start-thousand)" '<=' 25000)" "pulsefs mount DIR && ls DIR"
}

section_page() {
    local time memory
    say "Making the page of a long document"
    "$bench" page --rounds "$rounds" > "$scratch/page"
    while IFS=$'\t' read -r _ time memory _; do
        put page-time "$time"
        put page-memory "$memory"
    done < "$scratch/page"
    heading "The page of a job: 5 MB of Markdown with 500 images"
    row "made" "$(show in_milliseconds page-time)" "" "≤ 150 ms" "$(holds "$(median page-time)" '<=' 150000)" \
        "PulseBenchmark page"
    row "memory above idle" "$(show in_megabytes page-memory)" "" "≤ 64 MB" \
        "$(holds "$(median page-memory)" '<=' 64)" "VmHWM in /proc/PID/status"
}

section_parts() {
    local count bytes length
    say "Making the parts of a long result"
    "$bench" parts --rounds "$rounds" > "$scratch/parts"
    cut -f 2 "$scratch/parts" >> "$(series parts-time)"
    IFS=$'\t' read -r _ _ count bytes length < "$scratch/parts"
    heading "The parts of a result: 300 pages, 80 tables, 500 images"
    row "all $count of them made, $((bytes >> 20)) MiB from $((length >> 20)) MiB" "$(show in_milliseconds parts-time)" "" "≤ 400 ms" \
        "$(holds "$(median parts-time)" '<=' 400000)" "PulseBenchmark parts"
}

section_scale() {
    local round peak left held
    say "Filling a cache with 100,000 jobs and 1,000,000 files"
    fill pulsefs-large 100000
    start_rounds start-large pulsefs-large
    for round in $(seq "$rounds"); do
        begin pulsefs-large 0
        sample ls-large ls "$(point pulsefs-large)/jobs"
        put ls-large-rss "$(rss pulsefs-large)"
        [ "$round" = "$rounds" ] || end pulsefs-large
        "$bench" lookup "$(cache pulsefs-large)" --origin "$(origin_at 0)" --key "$PULSE_API_KEY" > "$scratch/lookup"
        put lookup-known "$(awk -F'\t' '/^known/ { print $2 }' "$scratch/lookup")"
        put lookup-job "$(awk -F'\t' '/^job/ { print $2 }' "$scratch/lookup")"
    done
    say "Looking up all of them"
    sample find-large find "$(point pulsefs-large)/jobs" ! -name index.html -fprintf "$scratch/sizes" '%s\n'
    peak=$(rss pulsefs-large)
    forget_inodes
    left=$(rss pulsefs-large)
    held=$(references pulsefs-large)
    put find-large-rss "$peak"
    put find-large-rss-left "$left"
    end pulsefs-large
    heading "100,000 jobs and 1,000,000 files in the cache"
    row "exec to usable" "$(show in_milliseconds start-large)" "" "≤ 25 ms" \
        "$(holds "$(median start-large)" '<=' 25000)" "pulsefs mount DIR && ls DIR"
    row "memory of the daemon then" "$(show in_megabytes start-large-rss)" "" "≤ 64 MB" \
        "$(holds "$(median start-large-rss)" '<=' 64)" "VmRSS in /proc/PID/status"
    row "the listing, the first time" "$(show in_milliseconds ls-large)" "" "≤ 1,000 ms" \
        "$(holds "$(median ls-large)" '<=' 1000000)" "ls jobs"
    row "memory of the daemon then" "$(show in_megabytes ls-large-rss)" "" "" "" "VmRSS in /proc/PID/status"
    row "lookup of a known file, in process, p50" "$(show in_microseconds lookup-known)" "" "≤ 20 µs" \
        "$(holds "$(median lookup-known)" '<=' 20)" "PulseBenchmark lookup CACHE"
    row "first lookup of a known job with 10 files, in process, p50" "$(show in_microseconds lookup-job)" "" "" "" \
        "PulseBenchmark lookup CACHE"
    row "sizes of all, once" "$(show in_seconds find-large), $(wc -l < "$scratch/sizes") files and directories" "" "" "" \
        "find jobs ! -name index.html -printf '%s\n'"
    row "memory of the daemon with all of them known to the kernel" "$peak MB" "" "" "" "VmRSS in /proc/PID/status"
    row "and after the kernel forgot them" "$left MB, $held references left" "" "≤ 64 MB" "$(holds "$left" '<=' 64)" \
        "sync; echo 2 > /proc/sys/vm/drop_caches"
}
# References to nodes that the kernel holds, as the mount counts them.
references() { awk '/^pulsefs_fuse_references / { print $2 }' "$(point "$1")/.pulsefs/metrics"; }
# Makes the kernel forget until it forgets no more, and the daemon's memory stays what it is.
forget_inodes() {
    local before now='' waited=0
    sync
    until
        before=$now
        echo 2 > /proc/sys/vm/drop_caches
        sleep 2
        now="$(references pulsefs-large) $(rss pulsefs-large)"
        [ "$before" = "$now" ] || ((++waited > 20))
    do :; done
}

# The time from a signal to the end of a reader that waits for the network.
interrupted() { # series, signal, what the reader runs
    local name=$1 signal=$2 pid waited=0
    shift 2
    # With job control, as else the shell would have its children ignore SIGINT.
    set -m
    "$@" > /dev/null 2> "$scratch/ended" &
    pid=$!
    set +m
    until grep -qsE "request_wait_answer|folio_wait" "/proc/$pid/wchan"; do
        ((++waited < 200)) || { say "$* does not wait: $(cat "$scratch/ended" "/proc/$pid/wchan" 2> /dev/null)"; return 1; }
        sleep 0.02
    done
    sample "$name" end_by "$signal" "$pid"
}
end_by() {
    kill -s "$1" "$2"
    wait "$2" 2> /dev/null || true
}
section_interrupts() {
    local round signal name number=0
    say "Ending readers that wait"
    for round in $(seq "$rounds"); do
        # A mount of its own: this origin answers nothing within the time that a request has, which a mount takes for a server that
        # cannot be reached.
        fresh pulsefs-ends 0
        ls "$(images pulsefs-ends crawl)" > /dev/null
        for signal in KILL INT; do
            # The request for a name goes on without its reader: each is another.
            interrupted "ends-lookup-$signal" "$signal" cat "$(point pulsefs-ends)/jobs/crawl-$number/result.md"
            interrupted "ends-stat-$signal" "$signal" stat "$(point pulsefs-ends)/jobs/crawl-$((number + 1))"
            interrupted "ends-read-$signal" "$signal" cat "$(images pulsefs-ends crawl)/image_$(printf %04d $((number + 1))).png"
            number=$(((number + 2) % 40))
        done
        end pulsefs-ends
        wipe pulsefs-ends
    done
    heading "Readers that wait for the network and are ended"
    for signal in KILL INT; do
        for name in lookup stat read; do
            row "in $name, SIG$signal" "$(show in_milliseconds "ends-$name-$signal")" "" "≤ 200 ms" \
                "$(holds "$(median "ends-$name-$signal")" '<=' 200000)" "kill -s $signal PID; wait PID"
        done
    done
}

section_requests() {
    local images jobs rest
    say "Counting what is asked for 2,000 images"
    fresh pulsefs-asks 0
    mark
    "$bench" read --threads 8 "$(images pulsefs-asks many)" > /dev/null
    # A file that is named is asked for by the range that it begins with.
    images=$(count_asked '^GET (200 -|206 bytes=0-8388607) /results/many/')
    jobs=$(count_asked '^GET 200 - /job/many')
    rest=$(count_asked '^HEAD|^GET 206 bytes=([1-9]|0-[^8]|0-8[^3])')
    local others=$(($(asked | wc -l) - images - jobs - rest)) memory
    memory=$(rss pulsefs-asks)
    put asks-memory "$memory"
    put asks-requests $((images + jobs + rest + others))
    mark
    read_all pulsefs-asks > /dev/null
    local warm again
    warm=$(count_asked .)
    end pulsefs-asks
    begin pulsefs-asks 0
    mark
    read_all pulsefs-asks > /dev/null
    again=$(count_asked .)
    end pulsefs-asks
    heading "Requests and memory"
    row "requests for 2,000 images, cold, 8 readers" "$images for images, $jobs for the job, $others others, $rest HEADs and ranges" "" \
        "2,000, 1 and 0" "$(holds "$images $jobs $others" = "2000 1 0")" "the origin's access log of: PulseBenchmark read --threads 8 jobs/many/images"
    row "the same once more" "$warm" "" "0" "$(holds "$warm" = 0)" "the same"
    row "the same after a remount" "$again" "" "0" "$(holds "$again" = 0)" "pulsefs unmount DIR; pulsefs mount DIR; the same"
    row "memory of the daemon after the first" "$memory MB" "" "≤ 64 MB" "$(holds "$memory" '<=' 64)" "VmRSS in /proc/PID/status"
}
