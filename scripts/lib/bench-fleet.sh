# Machines that share a store: SeaweedFS beside them, and the API 100 ms away. Sourced by scripts/bench (bash).
fleet_trip=100
fleet_pid=''

fleet_up() {
    need python3 python3-venv >&2
    need_object_store >&2
    local weed=${XDG_CACHE_HOME:-$HOME/.cache}/pulsefs-store/bin/weed waited=0
    [ -x "$weed" ] || { say "without SeaweedFS"; return 1; }
    [ -z "$fleet_pid" ] || return 0
    fleet_weed=$weed
    # It has sockets in /tmp that are called by its ports, and which namespaces do not keep apart.
    fleet_base=$((20000 + $$ % 2500 * 16))
    fleet_url=http://127.0.0.1:$fleet_base
    mkdir -p "$scratch/fleet/data"
    printf '{"identities": [{"name": "fleet", "credentials": [{"accessKey": "AKIDFLEET", "secretKey": "bench-secret"}],
 "actions": ["Admin", "Read", "Write", "List"]}]}\n' > "$scratch/fleet/s3.json"
    fleet_start
    until [ "$(fleet_ask -X PUT -o /dev/null -w '%{http_code}' "$fleet_url/fleet")" = 200 ]; do
        ((++waited < 300)) || { tail -n 3 "$scratch/fleet/log" >&2; return 1; }
        sleep 0.2
    done
    fleet_run store init s3://fleet/bench > /dev/null
    python3 scripts/lib/fleet-jobs.py "$scratch/origin" "$(origin_at "$fleet_trip")"
}
fleet_start() {
    nsenter --net="/run/netns/$(namespace_of "$fleet_trip")" "$fleet_weed" server -dir="$scratch/fleet/data" -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false \
        -master.volumeSizeLimitMB=1024 -volume.max=20 -filer -s3 -s3.config="$scratch/fleet/s3.json" -s3.iam=false \
        -s3.port.iceberg=0 -s3.port.lance=0 -s3.autoCreateBucket=false -s3.port="$fleet_base" -s3.port.grpc=$((fleet_base + 1)) \
        -master.port=$((fleet_base + 2)) -master.port.grpc=$((fleet_base + 3)) -volume.port=$((fleet_base + 4)) \
        -volume.port.grpc=$((fleet_base + 5)) -filer.port=$((fleet_base + 6)) -filer.port.grpc=$((fleet_base + 7)) \
        > "$scratch/fleet/log" 2>&1 &
    fleet_pid=$!
    started+=("$fleet_pid")
}
fleet_ask() {
    printf 'user = "AKIDFLEET:bench-secret"\n' | away "$fleet_trip" curl -s -m 20 -K - --aws-sigv4 aws:amz:us-east-1:s3 "$@"
}
# With the store.
fleet_env() {
    away "$fleet_trip" env AWS_ACCESS_KEY_ID=AKIDFLEET AWS_SECRET_ACCESS_KEY=bench-secret AWS_ENDPOINT_URL_S3="$fleet_url" \
        PULSEFS_STORE_SECRET_FILE="$scratch/fleet/secret" "$@"
}
fleet_run() { fleet_env "$pulsefs" "$@"; }
# A machine is a contestant that is called fleet-NAME; one without a store is called pulsefs-NAME.
begin_fleet() {
    fleet_env env PULSEFS_CACHE_DIR="$(cache "$1")" PULSEFS_STORE=s3://fleet/bench "$pulsefs" mount --api-url "$(origin_at "$2")" \
        "$(point "$1")" > /dev/null 2>> "$scratch/pulsefs.log" || return 1
    pid_of[$1]=$(pgrep -f "pulsefs mount --foreground .*$(point "$1")\$")
}
fleet_metric() { # contestant, pattern: the sum of what matches
    awk -v pattern="$2" '$1 ~ pattern { sum += $2 } END { printf "%d\n", sum }' "$(point "$1")/.pulsefs/metrics"
}
fleet_gets() { fleet_metric "$1" '^pulsefs_store_requests_total.operation="get"'; }
# Until what the first machine has is in the store.
fleet_settled() {
    local waited=0
    sleep 0.2
    until [ "$(fleet_metric "$1" '^pulsefs_store_outbox_bytes')" = 0 ]; do
        ((++waited < 600)) || { say "uploads are still waiting"; return 1; }
        sleep 0.2
    done
}
fleet_cat() { cat "$(point "$1")/jobs/$2/result.md" > "$scratch/read"; }

fleet_down() {
    local offset
    [ -n "$fleet_pid" ] || return 0
    kill -CONT "$fleet_pid" 2> /dev/null || true
    kill -KILL "$fleet_pid" 2> /dev/null && wait "$fleet_pid" 2> /dev/null || true
    for offset in 0 1 2 3 4 5 6 7; do rm -f /tmp/seaweedfs-*-$((fleet_base + offset)).sock; done
    fleet_pid=''
}

section_fleet() {
    fleet_up || return 0
    heading "A second machine that shares a store, the API 100 ms away"
    fleet_shared
    fleet_streamed
    fleet_large
    fleet_publishing
    fleet_itself
    fleet_lost
}

# A job that the first machine has fetched.
fleet_shared() {
    local round gets number
    say "Reading what another machine has fetched"
    fresh fleet-one "$fleet_trip"
    cp -r "$(point fleet-one)/jobs/twenty" "$scratch/first"
    for number in 0 1 2 3 4; do fleet_cat fleet-one "text-$number"; done
    # At most 256 MiB wait to be uploaded.
    for round in 1 2 3 4 5 6 7 8; do
        cat "$(point fleet-one)/jobs/parted/images/image_000$round.png" > /dev/null
        fleet_settled fleet-one
    done
    end fleet-one
    for round in $(seq "$rounds"); do
        fresh fleet-two "$fleet_trip"
        gets=$(fleet_gets fleet-two)
        mark
        sample fleet-cat fleet_cat fleet-two twenty
        put fleet-cat-api "$(count_asked /job/)"
        put fleet-cat-gets "$(($(fleet_gets fleet-two) - gets))"
        # The first one connects, and runs what has not run yet.
        for number in 0 1 2 3 4; do sample fleet-next fleet_cat fleet-two "text-$number"; done
        put fleet-next-api "$(count_asked /job/)"
        end fleet-two
        fresh fleet-two "$fleet_trip"
        gets=$(fleet_gets fleet-two)
        mark
        rm -rf "$scratch/second"
        sample fleet-copy cp -r "$(point fleet-two)/jobs/twenty" "$scratch/second"
        put fleet-copy-api "$(count_asked 'twenty')"
        put fleet-copy-gets "$(($(fleet_gets fleet-two) - gets))"
        diff -r "$scratch/first" "$scratch/second"
        end fleet-two
        fresh pulsefs-far "$fleet_trip"
        sample fleet-cat-far fleet_cat pulsefs-far twenty
        end pulsefs-far
        fresh pulsefs-far "$fleet_trip"
        rm -rf "$scratch/second"
        sample fleet-copy-far cp -r "$(point pulsefs-far)/jobs/twenty" "$scratch/second"
        end pulsefs-far
        fresh fleet-two "$fleet_trip"
        stat "$(point fleet-two)/jobs/parted/status.json" > /dev/null
        mark
        sample fleet-parted cat "$(point fleet-two)"/jobs/parted/images/image_000{1,2,3,4,5,6,7,8}.png
        put fleet-parted-api "$(count_asked 'parted')"
        end fleet-two
    done
    row "cold cat of result.md: $(median fleet-cat-api) requests to the API, $(median fleet-cat-gets) to the store" "$(show in_milliseconds fleet-cat)" \
        "without a store $(show in_milliseconds fleet-cat-far)" "≤ 8 ms, none, 1" \
        "$(fleet_all "$(holds "$(median fleet-cat)" '<=' 8000)" "$(holds "$(median fleet-cat-api)" == 0)" "$(holds "$(median fleet-cat-gets)" '<=' 1)")" \
        "cat jobs/ID/result.md"
    row "the same of the next jobs: $(median fleet-next-api) requests to the API" "$(show in_milliseconds fleet-next)" "" "≤ 8 ms, none" \
        "$(fleet_all "$(holds "$(median fleet-next)" '<=' 8000)" "$(holds "$(median fleet-next-api)" == 0)")" "cat jobs/ID/result.md"
    row "a job with 20 images of 20 to 229 KB: $(median fleet-copy-api) requests to the API, $(median fleet-copy-gets) to the store" \
        "$(show in_milliseconds fleet-copy), $(ratio fleet-copy-far fleet-copy) × as fast" "without a store $(show in_milliseconds fleet-copy-far)" \
        "none, 21 and a size, ≥ 5 × as fast" \
        "$(fleet_all "$(holds "$(ratio fleet-copy-far fleet-copy)" '>=' 5)" "$(holds "$(median fleet-copy-api)" == 0)" "$(holds "$(median fleet-copy-gets)" '<=' 22)")" \
        "cp -r jobs/ID DIR"
    row "512 MB in eight images of 64 MiB: $(median fleet-parted-api) requests to the API" "$(show in_fleet_speed fleet-parted)" "" "≥ 400 MB/s" \
        "$(holds "$(median fleet-parted)" '<=' 1342177)" "cat jobs/ID/images/*"
}
in_fleet_speed() { awk '{ printf "%.0f MB/s\n", 536870912 / $1 }'; }
# yes where all are.
fleet_all() { case " $* " in *" no "*) echo no ;; *) echo yes ;; esac; }

# An image of 512 MiB, which is read from the store while it comes.
fleet_streamed() {
    local round image=jobs/huge/images/image_0001.png waited=0
    say "Reading an image of 512 MiB that another machine has fetched"
    fresh fleet-one "$fleet_trip"
    cat "$(point fleet-one)/$image" > /dev/null
    # It is digested and made durable before it is uploaded.
    until [ "$(fleet_metric fleet-one '^pulsefs_store_bytes_total.direction="sent"')" -gt 536870912 ]; do
        ((++waited < 600)) || { say "the image is not uploaded"; return 1; }
        sleep 0.5
    done
    end fleet-one
    wipe fleet-one
    for round in $(seq "$few"); do
        fresh fleet-two "$fleet_trip"
        stat "$(point fleet-two)/jobs/huge/status.json" > /dev/null
        mark
        sample fleet-begin head -c 64k "$(point fleet-two)/$image"
        end fleet-two
        wipe fleet-two
        fresh fleet-two "$fleet_trip"
        stat "$(point fleet-two)/jobs/huge/status.json" > /dev/null
        sample fleet-streamed cat "$(point fleet-two)/$image"
        put fleet-streamed-api "$(count_asked huge/images)"
        end fleet-two
        wipe fleet-two
    done
    row "an image of 512 MiB, read while it comes: $(median fleet-streamed-api) requests to the API" "$(show in_fleet_speed fleet-streamed)" "" "none, ≥ 400 MB/s" \
        "$(fleet_all "$(holds "$(median fleet-streamed)" '<=' 1342177)" "$(holds "$(median fleet-streamed-api)" == 0)")" "cat jobs/ID/images/image_0001.png"
    row "its first 64 KiB" "$(show in_milliseconds fleet-begin)" "" "≤ 50 ms" "$(holds "$(median fleet-begin)" '<=' 50000)" \
        "head -c 64k jobs/ID/images/image_0001.png"
}

# A result of 512 MB behind a link that works once, which the first machine claims.
fleet_large() {
    local round
    say "Reading a result of 512 MB that another machine has fetched"
    fresh fleet-one "$fleet_trip"
    cat "$(point fleet-one)/jobs/once/result.md" > "$scratch/read"
    until [ "$(fleet_metric fleet-one '^pulsefs_store_claims_total.outcome="delivered"')" = 1 ]; do sleep 0.5; done
    end fleet-one
    for round in $(seq "$few"); do
        fresh fleet-two "$fleet_trip"
        stat "$(point fleet-two)/jobs/once/status.json" > /dev/null
        mark
        sample fleet-once fleet_cat fleet-two once
        put fleet-once-api "$(count_asked large_results)"
        end fleet-two
        wipe fleet-two
    done
    rm -f "$scratch/read"
    row "512 MB that can be fetched only once, read, checked and split: $(median fleet-once-api) requests to its link" \
        "$(show in_fleet_speed fleet-once)" "" "≥ 400 MB/s" "$(holds "$(median fleet-once)" '<=' 1342177)" "cat jobs/ID/result.md"
}

# What the first machine loses by sharing.
fleet_publishing() {
    local round
    say "Copying 100 images at 50 ms with a store, and without"
    for round in $(seq "$rounds"); do
        rm -rf "$scratch/copied"
        fleet_forget
        fresh fleet-one 50
        sample fleet-publish cp -r "$(point fleet-one)/jobs/hundred/images" "$scratch/copied"
        fleet_settled fleet-one
        end fleet-one
        rm -rf "$scratch/copied"
        fresh pulsefs-one 50
        sample fleet-unshared cp -r "$(images pulsefs-one hundred)" "$scratch/copied"
        end pulsefs-one
        fleet_forget
        fresh fleet-one 50
        sample fleet-first head -c 64k "$(point fleet-one)/jobs/begins-$round/images/image_0001.png"
        end fleet-one
        fresh pulsefs-one 50
        sample fleet-first-unshared head -c 64k "$(point pulsefs-one)/jobs/begins-$round/images/image_0001.png"
        end pulsefs-one
    done
    row "100 images, the first machine, API at 50 ms" "$(show in_seconds fleet-publish), $(ratio fleet-publish fleet-unshared) × without a store" \
        "without a store $(show in_seconds fleet-unshared)" "≤ 1.02 ×" "$(holds "$(ratio fleet-publish fleet-unshared)" '<=' 1.02)" "cp -r jobs/ID/images DIR"
    row "first 64 KiB of an image of 8 MiB, the first machine, API at 50 ms" \
        "$(show in_milliseconds fleet-first), $(excess fleet-first fleet-first-unshared | in_milliseconds) more" \
        "without a store $(show in_milliseconds fleet-first-unshared)" "≤ 5 ms more" \
        "$(holds "$(excess fleet-first fleet-first-unshared)" '<=' 5000)" "head -c 64k jobs/ID/images/image_0001.png"
}
# What can be fetched again leaves the store.
fleet_forget() { fleet_run store gc s3://fleet/bench --older-than 0d > /dev/null 2>> "$scratch/pulsefs.log"; }

# The start and the memory of a mount with a store and of one without, after the same work.
fleet_usable() {
    local name=$1
    begin_"${name%%-*}" "$name" "$fleet_trip" && ls "$(point "$name")" > /dev/null
}
fleet_itself() {
    local round name number
    say "Starting with a store, and without"
    for round in $(seq "$rounds"); do
        for name in fleet-three pulsefs-three; do
            # The key is known to be good, as after any day's work.
            mkdir -p "$(point "$name")" "$(cache "$name")"
            sample "start-$name" fleet_usable "$name"
            put "idle-$name" "$(rss "$name")"
            for number in $(seq 0 49); do echo "$(point "$name")/jobs/text-$number/result.md"; done | xargs cat > /dev/null
            cat "$(point "$name")"/jobs/twenty/images/* > /dev/null
            put "rss-$name" "$(rss "$name")"
            end "$name"
            [ "$round" = 1 ] || wipe "$name"
        done
    done
    row "exec to usable" "$(show in_milliseconds start-fleet-three)" "without a store $(show in_milliseconds start-pulsefs-three)" "" "" "pulsefs mount DIR && ls DIR"
    row "memory of the daemon then" "$(show in_megabytes idle-fleet-three)" "without a store $(show in_megabytes idle-pulsefs-three)" "≤ 10 MB more" \
        "$(holds "$(excess idle-fleet-three idle-pulsefs-three)" '<=' 10)" "VmRSS in /proc/PID/status"
    row "and after 50 texts and 20 images" "$(show in_megabytes rss-fleet-three)" "without a store $(show in_megabytes rss-pulsefs-three)" "≤ 10 MB more" \
        "$(holds "$(excess rss-fleet-three rss-pulsefs-three)" '<=' 10)" "VmRSS in /proc/PID/status"
}

# The engine refuses connections, or takes them and says nothing, amid the life of a mount.
fleet_lost() {
    local round how number
    say "Reading when the store is gone"
    for how in refused silent; do
        for round in $(seq "$few"); do
            fleet_forget
            fresh fleet-four "$fleet_trip"
            fresh pulsefs-four "$fleet_trip"
            # Both have a connection to the API.
            fleet_cat fleet-four text-100 && fleet_cat pulsefs-four text-100
            if [ "$how" = refused ]; then kill -KILL "$fleet_pid"; wait "$fleet_pid" 2> /dev/null || true; else kill -STOP "$fleet_pid"; fi
            number=$((100 + round * 10))
            sample "$how-once" fleet_cat fleet-four "text-$number"
            sample "$how-once-without" fleet_cat pulsefs-four "text-$number"
            for number in $(seq $((number + 1)) $((number + 5))); do
                sample "$how-then" fleet_cat fleet-four "text-$number"
                sample "$how-then-without" fleet_cat pulsefs-four "text-$number"
            done
            if [ "$how" = refused ]; then fleet_start; else kill -CONT "$fleet_pid"; fi
            end fleet-four
            end pulsefs-four
            fleet_back
        done
    done
    row "a text when the store refuses connections, the first" "$(excess refused-once refused-once-without | in_milliseconds) more" \
        "without a store $(show in_milliseconds refused-once-without)" "≤ 1 ms more" "$(holds "$(excess refused-once refused-once-without)" '<=' 1000)" "cat jobs/ID/result.md"
    row "the next ones" "$(excess refused-then refused-then-without | in_milliseconds) more" "without a store $(show in_milliseconds refused-then-without)" "≤ 1 ms more" \
        "$(holds "$(excess refused-then refused-then-without)" '<=' 1000)" "cat jobs/ID/result.md"
    row "a text when the store says nothing, the first" "$(excess silent-once silent-once-without | in_milliseconds) more" \
        "without a store $(show in_milliseconds silent-once-without)" "≤ 2,050 ms more" "$(holds "$(excess silent-once silent-once-without)" '<=' 2050000)" "cat jobs/ID/result.md"
    row "the next ones" "$(excess silent-then silent-then-without | in_milliseconds) more" "without a store $(show in_milliseconds silent-then-without)" "≤ 1 ms more" \
        "$(holds "$(excess silent-then silent-then-without)" '<=' 1000)" "cat jobs/ID/result.md"
}
fleet_back() {
    local waited=0
    until [ "$(fleet_ask -o /dev/null -w '%{http_code}' "$fleet_url/fleet/nothing")" = 404 ]; do
        ((++waited < 300)) || { say "the store has not come back"; return 1; }
        sleep 0.2
    done
}
