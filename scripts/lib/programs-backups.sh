# shellcheck shell=bash
# borg and restic, twice over a remount with a job that ends between.
running=minutes-board-meeting
jobs="annual-report-fy2024 invoice-2024-0117 form-supplier-registration methods-paper-2025 workbook-q3-forecast scan-unreadable-0042"
export BORG_REPO=$work/borg BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_BASE_DIR=$work/borgbase
export RESTIC_REPOSITORY=$work/restic RESTIC_PASSWORD=none RESTIC_CACHE_DIR=$work/resticcache
# As it is now it stays until the first backup is made, however long that takes.
going=$(printf 'header = "x-api-key: %s"\n' "$PULSE_API_KEY" | curl -sS -K - "$api/job/$running")
jq -n --arg path "/job/$running" --arg json "$going" '{effect: "json", path: $path, json: $json}' |
    curl -sS -o /dev/null --fail -d @- "$api/_emulator/faults"
borg init --encryption none > /dev/null 2>&1
restic init > /dev/null

# With a job that goes on for a while.
# shellcheck disable=SC2086
"$bin/pulsefs" jobs add $running $jobs > /dev/null
backup() { # NAME
    (cd "$mnt/jobs" && borg create "::$1" .) && (cd "$mnt/jobs" && restic backup --quiet .)
}
check "borg and restic while a job goes on" backup first
before=$(cat "$mnt/jobs/$running/status.json")
curl -sS -o /dev/null --fail -X DELETE "$api/_emulator/faults"
"$bin/pulsefs" wait --timeout 60s "$running" > /dev/null || true
"$bin/pulsefs" unmount "$mnt" > /dev/null
"$bin/pulsefs" mount "$mnt" > /dev/null
ls -R "$mnt/jobs" > /dev/null
check "borg and restic again, after its end and a remount" backup second
restored() { # what both have of its status, after the end
    borg extract --stdout ::second "$running/status.json" > "$work/borg.json" &&
        restic dump latest "/$running/status.json" > "$work/restic.json"
}
check "the archives are readable" restored
ended() { jq -e '.status == "completed"' "$1" && cmp "$1" "$mnt/jobs/$running/status.json"; }
check "borg has the job as it ended" ended "$work/borg.json"
check "restic has the job as it ended" ended "$work/restic.json"
[ "$(printf %s "$before" | jq -r .status)" != completed ] || fail "the job went on during the first backup" "it had ended"
silent "borg and restic a third time" backup third

# shellcheck disable=SC2086
serve_copy $running $jobs
sums "$work/served" > "$work/served.sums"
sums "$mnt/jobs" > "$work/sums"
check "what is mounted is what is served" same "$mnt/jobs"
with_borg() { mkdir "$work/copies/borg" && (cd "$work/copies/borg" && borg extract ::third) && same "$work/copies/borg"; }
with_restic() { restic restore --quiet latest --target "$work/copies/restic" && same "$work/copies/restic"; }
check "borg extract" with_borg
check "restic restore" with_restic
