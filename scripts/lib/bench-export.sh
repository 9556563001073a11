# Jobs as plain files: pulsefs export beside cp -r from a mount of the same cache. Sourced by scripts/bench (bash).

export_jobs() { # what the commands take
    away 0 env PULSEFS_CACHE_DIR="$(cache pulsefs-exports)" "$pulsefs" "$@"
}
# The bytes are on the disk when it ends, as they are when pulsefs export does.
copy_jobs() {
    cp -r "$(point pulsefs-exports)"/jobs/export-* "$scratch/out"
    sync -f "$scratch/out"
}

section_export() {
    local round
    say "Exporting 1,000 jobs"
    python3 scripts/lib/export-jobs.py "$scratch/origin" "$(origin_at 0)" 1000 > "$scratch/ids"
    wipe pulsefs-exports
    mkdir -p "$(cache pulsefs-exports)"
    export_jobs fetch --api-url "$(origin_at 0)" --from "$scratch/ids" > /dev/null
    # What is made of results is made before either is measured.
    begin pulsefs-exports 0
    cat "$(point pulsefs-exports)"/jobs/export-*/{contents.md,index.html} > /dev/null
    end pulsefs-exports
    for round in $(seq "$few"); do
        begin pulsefs-exports 0
        mkdir "$scratch/out"
        sample export-copy copy_jobs
        end pulsefs-exports
        chmod -R u+w "$scratch/out" && rm -rf "$scratch/out" && sync
        sample export-first export_jobs export --api-url "$(origin_at 0)" --from "$scratch/ids" "$scratch/out"
        sample export-again export_jobs export --api-url "$(origin_at 0)" --from "$scratch/ids" "$scratch/out"
        [ "$round" = 1 ] && export_files=$(find "$scratch/out" -type f | wc -l)
        rm -rf "$scratch/out" && sync
    done
    heading "1,000 jobs as plain files"
    row "$export_files files of jobs that are cached" "$(show in_milliseconds export-first), $(ratio export-first export-copy) × cp" \
        "cp -r from a mount, and sync $(show in_milliseconds export-copy)" "≤ 1.2 × cp" \
        "$(holds "$(ratio export-first export-copy)" '<=' 1.2)" "pulsefs export --from ids DIR"
    row "the same again, with nothing changed" "$(show in_milliseconds export-again)" "" "≤ 300 ms" \
        "$(holds "$(median export-again)" '<=' 300000)" "pulsefs export --from ids DIR"
}
