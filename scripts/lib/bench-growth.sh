# How time grows with what an answer or a user may make long. Sourced by scripts/bench (bash).

# Kinds of answers (scripts/lib/growth-jobs.py), the largest count, and what is looked at.
growth_kinds="images:40000:images same-name:40000:images no-name:40000:images data:40000:images boxes:100000:result.md \
lines:100000:index.html rows:100000:index.html html-rows:100000:index.html headings:100000:index.html \
figures:20000:index.html open-tags:400000:index.html nested:100000:index.html entities:200000:index.html"

growth_words() {
    case $1 in
    images) echo "images of a job, each with its own name: its listing" ;;
    same-name) echo "images of a job, all with one name: its listing" ;;
    no-name) echo "images of a job, none with a name that a file can have: its listing" ;;
    data) echo "images of a job, all as data: URIs: its listing" ;;
    boxes) echo "texts and tables in bounding boxes: result.md" ;;
    lines) echo "paragraphs with a link: the page" ;;
    rows) echo "rows of a Markdown table: the page" ;;
    html-rows) echo "rows of an HTML table in one line: the page" ;;
    headings) echo "headings with one text: the page" ;;
    figures) echo "images that the text shows: the page" ;;
    open-tags) echo "tags with a quote that is not closed: the page" ;;
    nested) echo "list items below 2,000 quotes: the page" ;;
    entities) echo "character references: the page" ;;
    known) echo "ids in a file, all known: pulsefs jobs add --from FILE" ;;
    jobs) echo "jobs in the cache: ls jobs" ;;
    page) echo "jobs in the cache: jobs/index.html" ;;
    esac
}

# The exponent of the power of n that the medians of three series follow best (least squares of the logarithms).
exponent() { # kind, counts…
    local kind=$1 count
    shift
    for count; do echo "$count $(median "growth-$kind-$count")"; done | awk '
        { x = log($1); y = log($2); sx += x; sy += y; sxx += x * x; sxy += x * y }
        END { printf "%.2f\n", (NR * sxy - sx * sy) / (NR * sxx - sx * sx) }'
}
growth_row() { # kind, counts…
    local kind=$1 count times=
    shift
    for count; do times="$times${times:+, }n = $count: $(show in_milliseconds "growth-$kind-$count")"; done
    local power
    power=$(exponent "$kind" "$@")
    # n log n between these counts is n to the power of 1.1; the rest is what a constant part and the caches do.
    row "n $(growth_words "$kind")" "$times" "n^$power" "≤ n^1.25" "$(holds "$power" '<=' 1.25)" "$growth_command"
}

section_growth() {
    local entry kind largest file count counts round
    heading "Time as a function of length"
    for entry in $growth_kinds; do
        IFS=: read -r kind largest file <<< "$entry"
        counts="$((largest / 16)) $((largest / 4)) $largest"
        say "Growing: $kind"
        for count in $counts; do
            python3 scripts/lib/growth-jobs.py "$scratch/origin/job" "$(origin_at 0)" "$kind" "$count"
            for round in $(seq "$few"); do
                fresh pulsefs-grows 0
                sample "growth-$kind-$count" growth_look "$(point pulsefs-grows)/jobs/$kind-$count" "$file"
                end pulsefs-grows
            done
            rm "$scratch/origin/job/$kind-$count"
        done
        growth_command="cat jobs/ID/$file"
        [ "$file" != images ] || growth_command="ls jobs/ID/images"
        # shellcheck disable=SC2086
        growth_row "$kind" $counts
    done
    growth_of_jobs
}
growth_look() {
    case $2 in
    images) ls -U "$1/images" ;;
    *) cat "$1/$2" ;;
    esac
}

growth_of_jobs() {
    local count counts="2500 10000 40000" round
    say "Growing: jobs"
    for count in $counts; do
        wipe pulsefs-grows
        mkdir -p "$(cache pulsefs-grows)"
        fill pulsefs-grows "$count"
        ls_ids pulsefs-grows > "$scratch/ids"
        for round in $(seq "$few"); do
            begin pulsefs-grows 0
            sample "growth-jobs-$count" ls -U "$(point pulsefs-grows)/jobs"
            sample "growth-page-$count" cat "$(point pulsefs-grows)/jobs/index.html"
            end pulsefs-grows
            sample "growth-known-$count" away 0 env PULSEFS_CACHE_DIR="$(cache pulsefs-grows)" \
                "$pulsefs" jobs add --api-url "$(origin_at 0)" --from "$scratch/ids"
        done
    done
    growth_command="ls jobs"
    # shellcheck disable=SC2086
    growth_row jobs $counts
    growth_command="cat jobs/index.html"
    # shellcheck disable=SC2086
    growth_row page $counts
    growth_command="pulsefs jobs add --from FILE"
    # shellcheck disable=SC2086
    growth_row known $counts
}
ls_ids() {
    begin "$1" 0
    ls -U "$(point "$1")/jobs"
    end "$1"
}
