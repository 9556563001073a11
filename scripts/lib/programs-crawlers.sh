# shellcheck shell=bash
# Crawlers: jobs of which nothing is cached, and results that can be fetched only once, stay as they are.
cold annual-survey-300-pages loan-schedule-2024 form-10k-fy2024 form-supplier-registration
mkdir "$work/recoll" "$work/programs"
printf 'topdirs = %s\nloglevel = 1\n' "$cold" > "$work/recoll/recoll.conf"
with_updatedb() { updatedb.plocate -l 0 -U "$cold" -o "$work/plocate.db" --prunefs "" --prunepaths "" --prunenames "" --prune-bind-mounts no; }
with_recoll() { recollindex -c "$work/recoll" && recollq -c "$work/recoll" pulsefs; }
# What walks and reads everything, under the name of an indexer or as its file.
reader() { # PROGRAM: of this name
    cp "$(command -v grep)" "$work/programs/$1"
    "$work/programs/$1" -r . "$cold" || true
    for job in annual-survey-300-pages loan-schedule-2024; do "$work/programs/$1" -q . "$cold/jobs/$job/result.md" || true; done
}
silent "updatedb" with_updatedb
silent "recollindex" with_recoll
for program in updatedb mlocate tracker-miner-fs-3 tracker-extract localsearch-3 baloo_file tumblerd; do
    silent "$program reads everything" reader "$program"
done
large() { curl -fsS "$api/_emulator/requests" | jq '[.requests[] | select(.path | startswith("/large_results/"))] | length'; }
none() { [ "$(large)" = 0 ]; }
check "no link that works once was asked" none
with_cat() { [ "$(cat "$cold/jobs/loan-schedule-2024/result.md" | wc -c)" -gt 50000 ] && [ "$(large)" = 1 ]; }
check "cat asks it, once" with_cat
