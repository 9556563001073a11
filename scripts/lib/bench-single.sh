# One chart by its name, and one long answer over a narrow line. Sourced by scripts/bench (bash).

# A chart of 80 to 120 KB.
chart_name() { find "$scratch/origin/results/hundred/images" -size +80k -size -120k -printf '%f\n' | sort | head -n 1; }

section_chart() {
    local round chart requests
    chart=$(chart_name)
    [ -n "$chart" ] || { say "there is no chart of 100 KB"; return 1; }
    heading "One chart of 100 KB by its name, the job known, 50 ms"
    say "Reading one chart at 50 ms"
    for round in $(seq "$rounds"); do
        # curl's connection was used for the job before, as PulseFS's was.
        told chart-curl chart_by_curl 50 "$chart"
        fresh pulsefs-cold 50
        attempt known-pulsefs-cold stat "$(images pulsefs-cold hundred)/../status.json"
        mark
        sample chart-pulsefs cat "$(images pulsefs-cold hundred)/$chart"
        requests=$(count_asked "/results/hundred/")
        end pulsefs-cold
    done
    row "the chart, 50 ms" "$(show in_milliseconds chart-pulsefs), $(ratio chart-pulsefs chart-curl) × curl, $requests request" \
        "curl $(show in_milliseconds chart-curl)" "≤ 1.05 × curl, 1 request" \
        "$([ "$requests" = 1 ] && holds "$(ratio chart-pulsefs chart-curl)" '<=' 1.05 || echo no)" \
        "stat status.json; time cat images/NAME; curl JOB IMAGE, over one connection, the second"
}
# Microseconds of the second of two requests over one connection.
chart_by_curl() {
    ask "$1" -o /dev/null -o /dev/null -w '%{time_total}\n' "$(origin_at "$1")/job/hundred" \
        "$(origin_at "$1")/results/hundred/images/$2" | awk 'NR == 2 { printf "%d\n", $1 * 1e6 }'
}

# The same answer under two ids: nginx compresses one of them, and sends both with 50 Mbit/s.
section_compressed() {
    local round name
    python3 scripts/lib/long-answer.py "$scratch/wide-result" "$scratch/origin/job/wide-plain" "$scratch/origin/job/wide-gzip"
    heading "A job of 5 MB over 50 Mbit/s and 50 ms"
    say "Reading a long result at 50 ms and 50 Mbit/s"
    for round in $(seq "$rounds"); do
        for name in plain gzip; do
            fresh pulsefs-cold 50
            sample "compressed-$name" cp "$(point pulsefs-cold)/jobs/wide-$name/result.json" "$scratch/wide-$name"
            end pulsefs-cold
            cmp "$scratch/wide-result" "$scratch/wide-$name"
        done
    done
    row "its result, from a server that compresses" \
        "$(show in_milliseconds compressed-gzip), $(ratio compressed-plain compressed-gzip) × as quick as uncompressed" \
        "uncompressed $(show in_milliseconds compressed-plain)" "≥ 4 ×" \
        "$(holds "$(ratio compressed-plain compressed-gzip)" '>=' 4)" "cp jobs/ID/result.json FILE"
}
