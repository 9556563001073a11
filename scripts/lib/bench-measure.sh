# Times, medians and rows. Sourced by scripts/bench (bash), which sets scratch, samples and rounds.

# Samples are in $samples, a file a series, microseconds a line unless the name says more; `-` where it failed.
series() { printf '%s/%s' "$samples" "$1"; }
put() { echo "$2" >> "$(series "$1")"; }
has() { [ -s "$(series "$1")" ] && ! has_failed "$1"; }

has_failed() { grep -qsx -- - "$(series "$1")"; }

# The microseconds that a command takes, added to a series.
sample() {
    local name=$1 start end
    shift
    start=${EPOCHREALTIME/[.,]/}
    "$@" > /dev/null
    end=${EPOCHREALTIME/[.,]/}
    put "$name" $((end - start))
}
# The same for one that may fail or hang: then the series has a dash, and it is not tried again.
attempt() {
    local name=$1 start end
    shift
    ! has_failed "$name" || return 0
    start=${EPOCHREALTIME/[.,]/}
    if timeout --foreground --kill-after=5 "$patience" "$@" > /dev/null 2>> "$scratch/peers.log"; then
        end=${EPOCHREALTIME/[.,]/}
        put "$name" $((end - start))
    else
        put "$name" -
    fi
}
# What a command prints, added to a series.
told() {
    local name=$1
    shift
    "$@" >> "$(series "$name")"
}

middle() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
median() { has "$1" && middle < "$(series "$1")"; }
# The median of the quotients of two series, taken pair by pair.
ratio() { paste "$(series "$1")" "$(series "$2")" | awk 'NF == 2 { printf "%.3f\n", $1 / $2 }' | middle; }
# The same of the differences.
excess() { paste "$(series "$1")" "$(series "$2")" | awk 'NF == 2 { print $1 - $2 }' | middle; }

# A series in words; a dash where there is none.
show() {
    if has "$2"; then median "$2" | "$1"; else echo —; fi
}
in_microseconds() { awk '{ printf "%.4g µs\n", $1 }'; }
in_milliseconds() { awk '{ printf ($1 < 1e5 ? "%.1f ms\n" : "%.0f ms\n"), $1 / 1000 }'; }
in_seconds() { awk '{ printf "%.2f s\n", $1 / 1e6 }'; }
in_speed() { awk '{ printf "%.2f GB/s\n", 536870912 / $1 / 1000 }'; }

# `yes` or `no`: a number beside what it has to keep to, such as 1.4 '<=' 1.3.
holds() { awk -v a="$1" -v b="$3" -v how="$2" 'BEGIN { print (how == "<=" ? a <= b : how == ">=" ? a >= b : a == b) ? "yes" : "no" }'; }

heading() { printf '\n## %s\n\n| work | PulseFS | beside it | aim | met | command |\n|---|---|---|---|---|---|\n' "$1" >> "$rows"; }
# What was done, what PulseFS took, what others took, the aim, whether it is met, the command.
row() {
    printf '| %s | %s | %s | %s | %s | `%s` |\n' "$1" "$2" "$3" "$4" "$5" "$6" >> "$rows"
    printf '  %s: %s (%s) %s %s\n' "$1" "$2" "$3" "${4:+aim $4:}" "$5" >&2
}
say() { echo "$*" >&2; }
