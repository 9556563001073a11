# This build beside that of another revision, in turn. Sourced by scripts/bench (bash).

# Builds a revision from its archive, so that neither its checkout nor this one is touched. Sets then_pulsefs, then_bench.
build_compared() {
    local tree=$PWD/.build-compare/$1 product
    if [ ! -d "$tree" ]; then
        mkdir -p "$tree.part"
        git archive "$1" | tar -x -C "$tree.part"
        mv "$tree.part" "$tree"
    fi
    say "Building $1"
    for product in pulsefs PulseBenchmark; do
        swift build --package-path "$tree" -c release --static-swift-stdlib --scratch-path "$tree/.build" --product "$product" >&2
    done
    then_pulsefs=$tree/.build/release/pulsefs
    then_bench=$tree/.build/release/PulseBenchmark
}

# Every part in turn with both builds, a round at a time, and who is first changes with the round. Each turn has its own
# samples, which are added to its side's.
compare() {
    local total=$rounds now_pulsefs=$pulsefs now_bench=$bench round part sides
    mkdir "$scratch/then" "$scratch/now"
    rounds=1 few=1
    for part in $sections; do
        case ",${only:-$part}," in *,"$part",*) ;; *) continue ;; esac
        for round in $(seq "$total"); do
            if [ $((round % 2)) = 1 ]; then sides='then now'; else sides='now then'; fi
            for side in $sides; do
                say "$part, round $round: $side"
                case $side in
                then) pulsefs=$then_pulsefs bench=$then_bench ;;
                now) pulsefs=$now_pulsefs bench=$now_bench ;;
                esac
                measure_once "$part" "$side"
            done
        done
    done
    side=
    compared_table
}
measure_once() { # part, side
    local file
    samples=$(mktemp -d "$scratch/samples.XXXXXX")
    "section_$1"
    for file in "$samples"/*; do
        case ${file##*/} in again-1-*) ;; *) cat "$file" >> "$scratch/$2/${file##*/}" ;; esac
    done
    rm -r "$samples"
}

# A figure is worse where its median is by more than a twentieth and no pair of rounds says otherwise; where the pairs do not
# agree, the difference is less than the noise. What PulseFS has no part in (curl, local disk) shows the machine's noise.
compared_table() {
    printf '\n| figure (less is better) | then | now | now / then, median | of single rounds | worse |\n|---|---|---|---|---|---|\n'
    local file name
    for file in "$scratch/now"/*; do
        name=${file##*/}
        [ -f "$scratch/then/$name" ] || continue
        printf '| %s | %s | %s | %s |\n' "$name" "$(middle < "$scratch/then/$name")" "$(middle < "$file")" \
            "$(paste "$file" "$scratch/then/$name" | awk 'NF == 2 && $2 > 0 { print $1 / $2 }' | sort -n | awk '
                { r[NR] = $1 }
                END {
                    if (!NR) { print "— | — | —"; exit }
                    m = r[int((NR + 1) / 2)]
                    worse = m <= 1.05 ? "no" : r[1] > 1 ? "yes" : "noise"
                    printf "%.3f | %.3f–%.3f | %s\n", m, r[1], r[NR], worse
                }')"
    done
}
