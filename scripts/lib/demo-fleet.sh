# Two mounts with caches of their own that share a store, and a tour that shows the second asking nothing. Sourced by scripts/demo.

demo_fleet() {
    need_object_store
    weed=${XDG_CACHE_HOME:-$HOME/.cache}/pulsefs-store/bin/weed
    [ -x "$weed" ] || return 1
    products=$PWD/.build/debug
    fleet=$(mktemp -d "${TMPDIR:-/tmp}/pulsefs-fleet-XXXXXX")
    weed_pid="" emulator_pid="" fleet_ports=""
    trap demo_fleet_end EXIT
    trap 'exit 0' INT TERM
    umask 077
    export HOME="$fleet" AWS_ACCESS_KEY_ID=AKIDFLEET AWS_SECRET_ACCESS_KEY=fleet-demo-secret
    export PULSE_API_KEY=pulse-demo-northwind-1
    printf '{"identities": [{"name": "fleet", "credentials": [{"accessKey": "%s", "secretKey": "%s"}],\n "actions": ["Admin", "Read", "Write", "List"]}]}\n' \
        "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >"$fleet/s3.json"
    # Eight ports that are free now.
    # shellcheck disable=SC2046
    set -- $(python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(8)]
print(*[s.getsockname()[1] for s in sockets])')
    fleet_ports=$*
    mkdir "$fleet/data" "$fleet/machine-1" "$fleet/machine-2"
    echo "Starting SeaweedFS"
    "$weed" server -dir="$fleet/data" -ip=127.0.0.1 -ip.bind=127.0.0.1 -s3 -s3.config="$fleet/s3.json" -master.telemetry=false \
        -s3.iam=false -s3.port.iceberg=0 -s3.port.lance=0 -filer -master.volumeSizeLimitMB=64 -volume.max=20 \
        -s3.port="$1" -s3.port.grpc="$2" -master.port="$3" -master.port.grpc="$4" -volume.port="$5" -volume.port.grpc="$6" \
        -filer.port="$7" -filer.port.grpc="$8" >"$fleet/weed.log" 2>&1 &
    weed_pid=$!
    export AWS_ENDPOINT_URL_S3="http://127.0.0.1:$1"
    until [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' -X PUT --aws-sigv4 aws:amz:us-east-1:s3 \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$AWS_ENDPOINT_URL_S3/fleet")" = 200 ]; do
        kill -0 "$weed_pid" 2>/dev/null || { tail -5 "$fleet/weed.log" >&2; return 1; }
        sleep 0.5
    done
    "$products/pulse-emulator" >"$fleet/emulator" &
    emulator_pid=$!
    until grep -q listening "$fleet/emulator"; do sleep 0.1; done
    api=$(sed 's/.*listening on //' "$fleet/emulator")
    "$products/pulsefs" store init s3://fleet/pulse --store-secret-file "$fleet/secret"
    for machine in 1 2; do
        "$products/pulsefs" mount --api-url "$api" --cache-dir "$fleet/cache-$machine" --store s3://fleet/pulse \
            --store-secret-file "$fleet/secret" "$fleet/machine-$machine"
    done
    cat <<END

Two machines, each with a cache of its own, share a store. Paste into another terminal:

  cd '$fleet'
  requests() { curl -s $api/_emulator/requests | jq '[.requests[] | select(.path | contains("annual-report"))] | length'; }
  requests
  cp -r machine-1/jobs/annual-report-fy2024 copy-1; requests
  cp -r machine-2/jobs/annual-report-fy2024 copy-2; requests
  diff -r copy-1 copy-2 && echo the same
  grep -a pulsefs_store_lookups machine-2/.pulsefs/metrics

The last two numbers are the same: the second machine has asked the API nothing about the job. ^C here ends the demo.
END
    while kill -0 "$weed_pid" 2>/dev/null; do
        wait "$weed_pid" || true
    done
}

demo_fleet_end() {
    trap '' INT TERM
    for machine in 1 2; do "$products/pulsefs" unmount "$fleet/machine-$machine" 2>/dev/null || true; done
    for pid in $emulator_pid $weed_pid; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    rm -rf "$fleet"
    # SeaweedFS has sockets there that are called by its ports.
    for port in $fleet_ports; do rm -f /tmp/seaweedfs-*-"$port".sock; done
    echo "unmounted; nothing is left behind"
}
