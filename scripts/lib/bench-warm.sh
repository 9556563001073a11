# Rows of what is in a cache already: PulseFS's, or the kernel's. Sourced by scripts/bench (bash).

# Reads 2,000 images and the large one, so that they are in the kernel's cache.
warm() {
    read_all "$1" > /dev/null
    dd if="$(big "$1")" of=/dev/null bs=1M status=none
}
read_all() { "$bench" read "$(images "$1" many)"; }
# What a row of warm reads is compared to: local disk, libfuse's example, the peers.
others() { echo local ${passthrough:+passthrough} "${peers[@]}"; }
beside() { # how, series without the name
    echo "local $(show "$1" "$2-local")${passthrough:+, passthrough_hp $(show "$1" "$2-passthrough")}$(show_peers "$1" "$2")"
}
times_local() { echo "$(show "$1" "$2-pulsefs"), $(ratio "$2-pulsefs" "$2-local") × local"; }
within() { holds "$(ratio "$1-pulsefs" "$1-local")" '<=' "$2"; }

section_warm() {
    local name round
    say "Reading what is cached: 2,000 images of 20 to 400 KB, and one file of 512 MB"
    for name in pulsefs $(others); do
        case $name in
        local) warm "$name" ;;
        pulsefs) begin "$name" 0 && warm "$name" ;;
        *) warm_peer "$name" ;;
        esac
    done
    for round in $(seq "$rounds"); do
        for name in pulsefs local ${passthrough:+passthrough}; do warm_round "$name"; done
        [ "$round" -gt "$peer_rounds" ] || for name in "${peers[@]}"; do warm_round "$name"; done
    done
    for name in pulsefs $(others); do [ "$name" = local ] || end "$name"; done

    heading "Warm: what the kernel has"
    row "open, read and close of 2,000 images of 20–400 KB, a file, 1 reader" "$(times_local in_microseconds opens-1)" \
        "$(beside in_microseconds opens-1)" "≤ 1.3 × local" "$(within opens-1 1.3)" "PulseBenchmark read --threads 1 jobs/many/images"
    row "the same, 8 readers" "$(times_local in_microseconds opens-8)" "$(beside in_microseconds opens-8)" \
        "≤ 1.1 × local" "$(within opens-8 1.1)" "PulseBenchmark read --threads 8 jobs/many/images"
    row "512 MB, sequential" "$(times_local in_milliseconds sequential)" "$(beside in_milliseconds sequential)" \
        "≤ 1.1 × local" "$(within sequential 1.1)" "dd if=image_0001.png of=/dev/null bs=1M"
    row "4 KiB of it at random places, a read" "$(times_local in_microseconds random)" "$(beside in_microseconds random)" \
        "≤ 1.1 × local" "$(within random 1.1)" "PulseBenchmark random image_0001.png"
    row "sizes of 2,000 images" "$(times_local in_milliseconds find)" "$(beside in_milliseconds find)" \
        "≤ 1.1 × local" "$(within find 1.1)" "find jobs/many/images -printf '%s\n'"
}
# The same for one that may fail or be slow: then it has dashes.
warm_peer() {
    begin "$1" 0 && timeout --foreground --kill-after=5 "$patience" "$bench" read "$(images "$1" many)" > /dev/null 2>&1 &&
        timeout --foreground --kill-after=5 "$patience" dd if="$(big "$1")" of=/dev/null bs=1M status=none && return
    say "$1 cannot be warmed"
    local series
    for series in opens-1 opens-8 sequential random find; do put "$series-$1" -; done
}
# Each figure comes right after the same work done unmeasured: what the kernel let go of meanwhile is none of the figure's.
warm_round() {
    local name=$1 reader threads
    ! has_failed "find-$name" || return 0
    reader=$(images "$name" many)
    for threads in 1 8; do
        "$bench" read --threads "$threads" "$reader" > /dev/null
        told "opens-$threads-$name" "$bench" read --threads "$threads" "$reader"
    done
    "$bench" random "$(big "$name")" > /dev/null
    told "random-$name" "$bench" random "$(big "$name")"
    dd if="$(big "$name")" of=/dev/null bs=1M status=none
    sample "sequential-$name" dd if="$(big "$name")" of=/dev/null bs=1M status=none
    find "$reader" -printf '%s\n' > /dev/null
    sample "find-$name" find "$reader" -printf '%s\n'
}

section_remount() {
    local round name contestants="pulsefs-again${passthrough:+ passthrough}"
    say "Reading 512 MB through a new mount"
    begin pulsefs-again 0
    cp "$(big pulsefs-again)" "$scratch/copy"
    cmp "$scratch/copy" "$(big local)"
    end pulsefs-again
    # The round before the first one warms the files below.
    for round in 0 $(seq "$rounds"); do
        for name in $contestants; do
            begin "$name" 0
            sample "again-$round-$name" dd if="$(big "$name")" of=/dev/null bs=1M status=none
            [ "$round" = 0 ] || cat "$(series "again-$round-$name")" >> "$(series "again-$name")"
            end "$name"
        done
    done
    heading "Again: what the cache on disk has, with a new mount"
    local goal=268435
    if has again-passthrough; then
        goal=$(median again-passthrough | awk '{ slow = $1 / 0.8; print (slow > 268435 ? slow : 268435) }')
    fi
    row "512 MB, sequential, every byte checked" "$(show in_speed again-pulsefs-again)" \
        "passthrough_hp $(show in_speed again-passthrough)" "≥ 2 GB/s, or 0.8 × passthrough_hp if that is less" \
        "$(holds "$(median again-pulsefs-again)" '<=' "$goal")" "dd if=image_0001.png of=/dev/null bs=1M"
}
