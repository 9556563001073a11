# Rows of those who wait for running jobs. Sourced by scripts/bench (bash).

# What the origin says of a job from now on.
running_job() { # id, status, minute of the last change
    printf '{"job_id":"%s","status":"%s","created_at":"2024-01-22T08:00:00Z","updated_at":"2024-01-22T08:%02d:00Z","result":%s}\n' \
        "$1" "$2" "$3" "$([ "$2" = completed ] && echo '{"markdown":"# Done"}' || echo null)" > "$scratch/origin/job/.$1"
    mv "$scratch/origin/job/.$1" "$scratch/origin/job/$1"
}
waiters() { awk '/^pulsefs_jobs_waiters / { print $2 }' "$(point "$1")/.pulsefs/metrics"; }
wait_for_waiters() { # contestant, how many
    local waited=0
    until [ "$(waiters "$1")" = "$2" ]; do
        ((++waited < 600)) || { say "$(waiters "$1") of $2 wait"; return 1; }
        sleep 0.1
    done
}

section_wait() {
    local jobs=10 readers=1000 number idle peak polls round ended pids=() left
    say "Waiting for running jobs"
    mkdir -p "$scratch/waited"
    for number in $(seq "$jobs"); do running_job "wait-$number" processing 1; done
    fresh pulsefs-waits 0
    for number in $(seq "$jobs"); do stat "$(point pulsefs-waits)/jobs/wait-$number" > /dev/null; done
    idle=$(rss pulsefs-waits)
    mark
    for number in $(seq "$readers"); do
        cat "$(point pulsefs-waits)/jobs/wait-$((number % jobs + 1))/.wait" > "$scratch/waited/$number" 2> /dev/null &
        pids+=($!)
    done
    wait_for_waiters pulsefs-waits "$readers"
    # The clock asks 1, 2.5, 4.8, 8.1, 13.2 and 20.8 s after the first look, and then after 30.8 s.
    sleep 28
    polls=$(count_asked '/job/wait-')
    peak=$(rss pulsefs-waits)
    put wait-polls "$polls"
    put wait-memory "$peak"
    for round in $(seq "$rounds"); do sample wait-killed end_by KILL "${pids[$((round - 1))]}"; done
    wait_for_waiters pulsefs-waits $((readers - rounds))
    for number in $(seq "$jobs"); do running_job "wait-$number" completed 2; done
    ended=${EPOCHREALTIME/[.,]/}
    left=0
    for number in $(seq $((rounds + 1)) "$readers"); do wait "${pids[$((number - 1))]}" || ((++left)); done
    put wait-ended $((${EPOCHREALTIME/[.,]/} - ended))
    number=$(cat "$scratch/waited"/* | grep -cx completed || true)
    end pulsefs-waits
    heading "Waiting: $readers readers of .wait on $jobs running jobs"
    row "polls in the first 30 s" "$polls" "" "≤ 60: 6 a job" "$(holds "$polls" '<=' 60)" "the origin's access log of: cat jobs/ID/.wait &"
    row "memory of the daemon, above that before" "$((peak - idle)) MB" "" "≤ 64 MB" "$(holds $((peak - idle)) '<=' 64)" \
        "VmRSS in /proc/PID/status"
    row "the end of one that is killed" "$(show in_milliseconds wait-killed)" "" "≤ 200 ms" \
        "$(holds "$(median wait-killed)" '<=' 200000)" "kill -s KILL PID; wait PID"
    row "all jobs end: until the last of $number readers has been told, $left of them in vain" "$(show in_seconds wait-ended)" "" \
        "≤ 10 s: one interval" "$(holds "$(median wait-ended)" '<=' 10500000)" "wait"
}
