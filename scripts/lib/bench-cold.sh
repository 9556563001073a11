# Rows of what has to come from the origin. Sourced by scripts/bench (bash).

# A new mount with nothing cached.
fresh() {
    wipe "$1"
    begin "$1" "$2"
}
known() { # contestant, job: its directory is listed
    attempt "known-$1" ls "$(images "$1" "$2")"
}

section_stream() {
    local trip name
    heading "Cold: what the origin has"
    for trip in 0 20; do
        say "Streaming 512 MB at $trip ms"
        for round in $(seq "$rounds"); do stream_round "$trip" "$round"; done
    done
    row "512 MB, 0 ms" "$(show in_speed stream-0-pulsefs), $(ratio stream-0-curl stream-0-pulsefs) × curl" \
        "curl $(show in_speed stream-0-curl)$(show_peers in_speed stream-0)" "≥ 0.9 × curl" \
        "$(holds "$(ratio stream-0-curl stream-0-pulsefs)" '>=' 0.9)" "cp image_0001.png FILE; curl -o FILE"
    row "512 MB, 20 ms" "$(show in_seconds stream-20-pulsefs), $(ratio stream-20-pulsefs stream-20-curl) × curl's time" \
        "curl $(show in_seconds stream-20-curl)$(show_peers in_seconds stream-20)" "≤ 0.35 × curl's time" \
        "$(holds "$(ratio stream-20-pulsefs stream-20-curl)" '<=' 0.35)" "cp image_0001.png FILE; curl -o FILE"
}
stream_round() {
    local trip=$1 round=$2 name
    sample "stream-$trip-curl" ask "$trip" -o "$scratch/direct" "$(origin_at "$trip")/results/big/images/image_0001.png"
    fresh pulsefs-cold "$trip"
    known pulsefs-cold big
    sample "stream-$trip-pulsefs" cp "$(big pulsefs-cold)" "$scratch/copy"
    [ "$round" != 1 ] || cmp "$scratch/direct" "$scratch/copy"
    end pulsefs-cold
    [ "$round" -le "$peer_rounds" ] || return 0
    for name in "${peers[@]}"; do
        ! has_failed "stream-$trip-$name" || continue
        fresh "$name" "$trip" || continue
        attempt "stream-$trip-$name" cp "$(big "$name")" "$scratch/copy"
        end "$name"
    done
}

section_first() {
    local trip round
    heading "First byte"
    for trip in 0 20 50; do
        say "Beginning 512 MB at $trip ms"
        for round in $(seq "$rounds"); do first_round "$trip" "$round"; done
        row "first 64 KiB of 512 MB, $trip ms" \
            "$(show in_milliseconds "first-$trip-pulsefs"), curl's + $(excess "first-$trip-pulsefs" "first-$trip-curl" | in_milliseconds)" \
            "curl $(show in_milliseconds "first-$trip-curl")$(show_peers in_milliseconds "first-$trip")" "≤ curl's + 3 ms" \
            "$(holds "$(excess "first-$trip-pulsefs" "first-$trip-curl")" '<=' 3000)" \
            "ls images; time head -c 64k image_0001.png; time curl -r 0-65535 -o FILE"
        row "the same of a file that is named, its directory not listed, $trip ms" \
            "$(show in_milliseconds "named-$trip-pulsefs"), curl's + $(excess "named-$trip-pulsefs" "first-$trip-curl" | in_milliseconds)" \
            "curl $(show in_milliseconds "first-$trip-curl")" "≤ curl's" \
            "$(holds "$(excess "named-$trip-pulsefs" "first-$trip-curl")" '<=' 0)" \
            "stat status.json; time head -c 64k images/image_0001.png"
    done
}
first_round() {
    local trip=$1 round=$2 name
    sample "first-$trip-curl" ask "$trip" -r 0-65535 -o "$scratch/first" "$(origin_at "$trip")/results/big/images/image_0001.png"
    fresh pulsefs-cold "$trip"
    known pulsefs-cold big
    sample "first-$trip-pulsefs" head -c 64k "$(big pulsefs-cold)"
    end pulsefs-cold
    fresh pulsefs-cold "$trip"
    attempt known-pulsefs-cold stat "$(images pulsefs-cold big)/../status.json"
    sample "named-$trip-pulsefs" head -c 64k "$(big pulsefs-cold)"
    end pulsefs-cold
    [ "$round" -le "$peer_rounds" ] || return 0
    for name in "${peers[@]}"; do
        ! has_failed "first-$trip-$name" || continue
        fresh "$name" "$trip" || continue
        known "$name" big
        attempt "first-$trip-$name" head -c 64k "$(big "$name")"
        end "$name"
    done
}
section_list() {
    local round name
    say "Listing 100 images at 50 ms"
    for round in $(seq "$rounds"); do
        for name in pulsefs-cold "${peers[@]}"; do
            [ "$name" = pulsefs-cold ] || [ "$round" -le "$peer_rounds" ] || continue
            ! has_failed "list-$name" || continue
            fresh "$name" 50 || continue
            [ "$name" != pulsefs-cold ] || ls "$(point "$name")/jobs/hundred" > /dev/null
            attempt "list-$name" ls -l "$(images "$name" hundred)"
            end "$name"
        done
    done
    local trips
    trips=$(median list-pulsefs-cold | awk '{ printf "%.1f", $1 / 50000 }')
    heading "Many files, 50 ms"
    row "sizes of 100 images, the job known" "$(show in_milliseconds list-pulsefs-cold), $trips round trips" \
        "$(show_peers in_milliseconds list | sed 's/^, //')" "≤ 10 round trips" "$(holds "$trips" '<=' 10)" \
        "ls jobs/hundred; time ls -l jobs/hundred/images"
}

section_copy() {
    local round name
    say "Copying 100 images at 50 ms"
    for round in $(seq "$few"); do
        rm -rf "$scratch/one" "$scratch/copied" "$scratch/client"
        sample copy-curl copy_one_by_one 50 hundred "$scratch/one"
        official copy-client 50 copy hundred "$scratch/client"
        fresh pulsefs-cold 50
        sample copy-pulsefs cp -r "$(images pulsefs-cold hundred)" "$scratch/copied"
        end pulsefs-cold
        diff -r "$scratch/copied" "$(images local hundred)"
        [ "$round" -le "$peer_rounds" ] || continue
        for name in "${peers[@]}"; do
            ! has_failed "copy-$name" || continue
            rm -rf "$scratch/copied"
            fresh "$name" 50 || continue
            attempt "copy-$name" cp -r "$(images "$name" hundred)" "$scratch/copied"
            end "$name"
        done
    done
    ahead "100 images of 20–400 KB, the job unknown" copy \
        "cp -r jobs/hundred/images DIR; curl, one connection, one after another; the official client in 16 threads" \
        "$(show_peers in_seconds copy)"
}
# A row that is to take a sixth of one by one, and less than the official client: work, series, command, what peers took.
ahead() {
    local met
    met=$(holds "$(ratio "$2-pulsefs" "$2-curl")" '<=' 0.1667)
    ! has "$2-client" || [ "$(holds "$(median "$2-pulsefs")" '<=' "$(median "$2-client")")" = yes ] || met=no
    row "$1" "$(show in_seconds "$2-pulsefs"), $(ratio "$2-pulsefs" "$2-curl") × one by one" \
        "one by one $(show in_seconds "$2-curl"), official client $(show in_seconds "$2-client")${4:-}" \
        "≤ 1/6 of one by one, ahead of the client" "$met" "$3"
}

# The jobs are in the listing and not a byte of them is in the cache.
learn_jobs() {
    wipe pulsefs-cold
    mkdir -p "$(cache pulsefs-cold)"
    seq -f 'text-%g' 0 199 | away 50 env PULSEFS_CACHE_DIR="$(cache pulsefs-cold)" \
        "$pulsefs" jobs add --api-url "$(origin_at 50)" --from - > /dev/null 2>> "$scratch/pulsefs.log"
    "$pulsefs" cache prune --cache-dir "$(cache pulsefs-cold)" --to 0 > /dev/null
}
section_grep() {
    local round found
    say "Searching the texts of 200 jobs at 50 ms"
    for round in $(seq "$few"); do
        sample grep-curl grep_one_by_one 50 halyard
        official grep-client 50 grep halyard text- 200
        learn_jobs
        begin pulsefs-cold 50
        mark
        sample grep-pulsefs grep_texts
        found=$(wc -l < "$scratch/found")
        requests=$(count_asked 'GET .* /job/text-')
        end pulsefs-cold
        [ "$found" = 20 ] || { say "grep found $found of 20"; return 1; }
    done
    ahead "the texts of 200 jobs ($requests requests), the jobs in the listing and nothing else cached" grep \
        "pulsefs jobs add; pulsefs cache prune --to 0; on a new mount: grep -r --include=result.md WORD jobs"
}
grep_texts() { grep -r --include=result.md halyard "$(point pulsefs-cold)/jobs" > "$scratch/found"; }
