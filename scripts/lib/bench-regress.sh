# The ratios of this build to what is measured beside it in the same rounds, compared with those that were written down. Sourced by
# scripts/bench (bash).

baseline=docs/benchmarks-baseline.tsv

# A figure of PulseFS's, and what the same machine did in the same round: the start of a program with many libraries, local disk, libfuse's
# example, curl. A line that has no series of a part that was not run is left out.
ratios() {
    cat <<'TEXT'
start	start-thousand	yardstick-process
opens, 1 reader	opens-1-pulsefs	opens-1-local
opens, 8 readers	opens-8-pulsefs	opens-8-local
warm, sequential	sequential-pulsefs	sequential-local
warm, random	random-pulsefs	random-local
warm, sizes	find-pulsefs	find-local
again	again-pulsefs-again	again-passthrough
stream, 0 ms	stream-0-pulsefs	stream-0-curl
stream, 20 ms	stream-20-pulsefs	stream-20-curl
first bytes, 20 ms	first-20-pulsefs	first-20-curl
first bytes, 50 ms	first-50-pulsefs	first-50-curl
named, 20 ms	named-20-pulsefs	first-20-curl
named, 50 ms	named-50-pulsefs	first-50-curl
sizes of 100, 50 ms	list-pulsefs-cold	first-50-curl
copy of 100, 50 ms	copy-pulsefs	copy-curl
texts of 200, 50 ms	grep-pulsefs	grep-curl
TEXT
}

# A line a ratio: its name, the median of the rounds, and half of the distance between the quarters of the rounds as a part of that: the noise.
measured_ratios() {
    local name ours theirs
    ratios | while IFS=$'\t' read -r name ours theirs; do
        has "$ours" && has "$theirs" || continue
        paste "$(series "$ours")" "$(series "$theirs")" | awk 'NF == 2 && $2 > 0 { print $1 / $2 }' | sort -n | awk -v name="$name" '
            { r[NR] = $1 }
            END {
                if (!NR) exit
                m = r[int((NR + 1) / 2)]
                low = r[int((NR + 3) / 4)]; high = r[NR + 1 - int((NR + 3) / 4)]
                printf "%s\t%.4f\t%.4f\n", name, m, (high - low) / 2 / m
            }'
    done
}

# Worse is a ratio that has grown by more than a twentieth and twice what both noises make together: a difference of medians that are
# that far apart is none of chance. The status is 1 if there is one.
regress() {
    [ -e "$baseline" ] || { echo "There is no $baseline to compare with: write it with scripts/bench --baseline" >&2; return 1; }
    measured_ratios > "$scratch/ratios"
    [ -s "$scratch/ratios" ] || { echo "nothing was measured that has a ratio" >&2; return 1; }
    printf '\n| ratio | written down | now | now / then | may be | worse |\n|---|---|---|---|---|---|\n'
    awk -F'\t' -v OFS=' | ' '
        NR == FNR { then[$1] = $2; noise[$1] = $3; next }
        !($1 in then) { print "| " $1, "—", $2, "—", "—", "new |"; next }
        {
            change = $2 / then[$1]
            limit = 1 + 2 * sqrt(noise[$1] ^ 2 + $3 ^ 2)
            if (limit < 1.05) limit = 1.05
            worse = change > limit
            if (worse) failed = 1
            printf "| %s | %.3f | %.3f | %.3f | %.3f | %s |\n", $1, then[$1], $2, change, limit, worse ? "yes" : "no"
        }
        END { exit failed }' "$baseline" "$scratch/ratios"
}

write_baseline() {
    measured_ratios > "$scratch/ratios"
    # What was not measured now stays as it was.
    : > "$scratch/kept"
    [ ! -e "$baseline" ] || awk -F'\t' 'NR == FNR { seen[$1] = 1; next } !($1 in seen)' "$scratch/ratios" "$baseline" > "$scratch/kept"
    cat "$scratch/ratios" "$scratch/kept" > "$scratch/baseline"
    mv "$scratch/baseline" "$baseline"
    say "written: $baseline"
}
