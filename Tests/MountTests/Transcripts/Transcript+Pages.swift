import PulseTestSupport

extension Transcript {
    static let all = ofCommands + stories

    /// Help, what goes well, and the likeliest mistakes, of each command.
    static let ofCommands = beginning + mounting + asking + keeping

    private static let invoice = JobName.invoice
    private static let withMount = "mkdir pulse && pulsefs mount pulse && cat pulse/jobs/\(JobName.invoice)/result.md"
    private static let withJobs =
        "for job in \(JobName.invoice) \(JobName.report) \(JobName.failed); do pulsefs jobs add $job; done"
    private static let withFiles = "pulsefs fetch \(JobName.invoice)"

    /// The key is typed at a terminal, which does not show it.
    private static let typedInit = Command(
        "pulsefs init", typed: "typing 'not shown' '\(TestKeys.northwind)\\n' -- pulsefs init")

    /// Several commands one after the other.
    private static let stories = [
        Transcript(
            name: "first-minutes", preparation: "unset PULSE_API_KEY",
            commands: [
                "# PulseFS was just installed, and the home directory is empty.", "ls -A ~",
                "pulsefs mount ~/pulse", "# Save the API key. The terminal does not show it.", typedInit,
                "# Mount, and read the result of a job.", "mkdir -p ~/pulse && pulsefs mount ~/pulse",
                "cat ~/pulse/jobs/\(invoice)/status.json", "head -n 5 ~/pulse/jobs/\(invoice)/result.md",
                "ls ~/pulse/jobs/\(JobName.report)/images", "# Jobs that were looked up are listed.", "ls ~/pulse/jobs",
                "# A job that does not exist.", "cat ~/pulse/jobs/no-such-job/result.md",
                "pulsefs explain ~/pulse/jobs/no-such-job/result.md", "# Unmount. The key stays saved.",
                "pulsefs unmount ~/pulse", "pulsefs config | grep -e api-key -e api-url",
            ])
    ]

    private static let beginning = [
        Transcript(
            name: "init", preparation: "unset PULSE_API_KEY",
            commands: [
                "pulsefs init --help", "# At a terminal, which does not show the key.", typedInit,
                "stat -c '%a %n' ~/.config/pulsefs ~/.config/pulsefs/config.toml",
                "# A file has a key already; the API refuses the key.",
                Command(
                    "pass show pulse | pulsefs init --stdin",
                    typed: "echo \(TestKeys.northwindSecond) | pulsefs init --stdin"),
                Command(
                    "pass show pulse | pulsefs init --stdin --replace",
                    typed: "echo pulse-key-of-nobody | pulsefs init --stdin --replace"),
                "# No terminal and no key; the API cannot be reached.", "pulsefs init --replace < /dev/null",
                Command(
                    "pass show pulse | pulsefs init --stdin --profile work --api-url http://localhost:1",
                    typed:
                        "echo \(TestKeys.northwindSecond) | pulsefs init --stdin --profile work --api-url http://localhost:1"
                ),
                "# A key as an argument.", "pulsefs init --key k",
            ])
    ]

    private static let mounting = [
        Transcript(
            name: "mount", preparation: "mkdir pulse full && touch full/notes.txt",
            commands: [
                "pulsefs mount --help", "# A mount, in the background.", "pulsefs mount ~/pulse",
                "head -n 1 ~/pulse/jobs/invoice-2024-0117/result.md", "# Again on the same directory.",
                "pulsefs mount ~/pulse",
                "# The directory does not exist; it is not empty.", "pulsefs mount ~/plse", "pulsefs mount ~/full",
                "# No key; a key file that others can read.",
                "mkdir ~/other && env -u PULSE_API_KEY pulsefs mount ~/other",
                "echo pulse-key-of-nobody > ~/key && pulsefs mount --api-key-file ~/key ~/other",
                "# An invalid key; no API.",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs mount ~/other",
                "pulsefs mount --api-url http://localhost:1 --timeout 1s ~/other && pulsefs unmount ~/other",
                "# An invalid value.", "pulsefs mount --cache-size lots ~/other",
                "PULSEFS_TIMEOUT=soon pulsefs mount ~/other",
            ]),
        Transcript(
            name: "unmount", preparation: withMount,
            commands: [
                "pulsefs unmount --help", "# A mount in use.",
                Command(
                    "(cd ~/pulse/jobs && exec sleep 60) & pulsefs unmount ~/pulse",
                    typed: """
                        (cd ~/pulse/jobs && exec sleep 60) & holder=$!
                        while [ "$(cat /proc/$holder/comm)" != sleep ]; do :; done
                        pulsefs unmount ~/pulse; code=$?; kill $holder; wait $holder 2> /dev/null; exit $code
                        """),
                "# A mount that is not in use.",
                "pulsefs unmount ~/pulse",
                "# Not mounted; a mount of another kind; no directory.",
                "pulsefs unmount ~/pulse", "pulsefs unmount /proc", "pulsefs unmount",
            ]),
        Transcript(
            name: "status", preparation: withMount,
            commands: [
                "pulsefs status --help", "# A mount that works.",
                "pulsefs status ~/pulse",
                "pulsefs status --json ~/pulse | jq -c '.[0] | del(.uptime_seconds)'",
                "# Not a mount; not a directory; its process was killed.",
                "pulsefs status ~", "pulsefs status ~/nowhere",
                Command(
                    "kill -9 \"$(pulsefs status ~/pulse | cut -f 2)\"; pulsefs status ~/pulse",
                    typed: """
                        d=$(pulsefs status ~/pulse | cut -f 2); kill -9 $d
                        while kill -0 $d 2> /dev/null; do sleep 0.05; done; pulsefs status ~/pulse
                        """),
                "pulsefs unmount ~/pulse",
            ]),
        Transcript(
            name: "demo", preparation: "mkdir full && touch full/notes.txt",
            commands: [
                "pulsefs demo --help", "# Until ^C.",
                Command(
                    "mkdir ~/demo && pulsefs demo ~/demo",
                    typed: """
                        mkdir ~/demo; pulsefs demo ~/demo > ~/tour & demo=$!
                        while [ ! -d ~/demo/jobs ] || [ ! -s ~/tour ]; do sleep 0.05; done
                        kill -INT $demo; wait $demo; cat ~/tour
                        """),
                "# The directory does not exist; it is not empty; two directories.",
                "pulsefs demo ~/nowhere", "pulsefs demo ~/full", "pulsefs demo ~/demo ~/full",
            ]),
    ]

    private static let asking = [
        Transcript(
            name: "explain", preparation: withMount,
            commands: [
                "pulsefs explain --help", "# A file that exists.",
                "pulsefs explain ~/pulse/jobs/\(invoice)/result.md",
                "# A file and a job that do not exist.", "pulsefs explain ~/pulse/jobs/\(invoice)/form.pdf",
                "cat ~/pulse/jobs/no-such-job/result.md", "pulsefs explain ~/pulse/jobs/no-such-job/result.md",
                "# Another organisation's job; a path in no mount; no path.",
                "ls ~/pulse/jobs/\(JobName.contoso)", "pulsefs explain ~/pulse/jobs/\(JobName.contoso)",
                "pulsefs explain ~/elsewhere", "pulsefs explain",
            ]),
        Transcript(
            name: "wait", preparation: withJobs,
            commands: [
                "pulsefs wait --help", "# A completed job.", "pulsefs wait \(invoice)",
                "# A failed job; a running job; a job that does not exist.", "pulsefs wait \(JobName.failed)",
                "pulsefs wait --timeout 1s \(JobName.processing)", "pulsefs wait no-such-job",
                "# A malformed id; no id.", "pulsefs wait 'my job'", "pulsefs wait",
            ]),
        Transcript(
            name: "fetch",
            commands: [
                "pulsefs fetch --help", "# Whole jobs.", "pulsefs fetch \(invoice) \(JobName.report)",
                "# A failed job; a job that does not exist; another organisation's job.",
                "pulsefs fetch \(JobName.failed)", "pulsefs fetch no-such-job", "pulsefs fetch \(JobName.contoso)",
                "# No id; a key that the API does not know.", "pulsefs fetch",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs fetch \(JobName.report)",
            ]),
        Transcript(
            name: "export",
            commands: [
                "pulsefs export --help", "# Whole jobs, and the same again.",
                "pulsefs export \(invoice) \(JobName.report) ~/results", "ls ~/results/\(invoice)",
                "pulsefs export \(invoice) \(JobName.report) ~/results",
                "# A running job; a failed job; another organisation's job.",
                "pulsefs export \(JobName.processing) \(JobName.failed) \(JobName.contoso) ~/results",
                "# No arguments; no directory; a parent directory that does not exist; the cache.",
                "pulsefs export", "pulsefs export \(invoice)", "pulsefs export \(invoice) ~/nowhere/results",
                "pulsefs export \(invoice) ~/.cache/pulsefs",
            ]),
        Transcript(
            name: "doctor", preparation: "mkdir pulse",
            commands: [
                "pulsefs doctor --help", "# Everything that a mount needs is available.",
                "pulsefs doctor ~/pulse | grep -e settings -e key -e mountpoint",
                "# There is no key; the API refuses it.", "env -u PULSE_API_KEY pulsefs doctor | grep failure",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs doctor | grep failure",
                "# The directory does not exist; two directories.", "pulsefs doctor ~/nowhere | grep mountpoint",
                "pulsefs doctor ~/pulse ~/nowhere",
            ]),
        Transcript(
            name: "config",
            preparation: """
                mkdir -p .config/pulsefs && cat > .config/pulsefs/config.toml <<'TOML'
                cache-size = "20G"

                [profiles.work]
                api-url = "https://pulse.example.com"
                offline = "deny"
                TOML
                printf 'timeout = "soon"\\ncolour = "blue"\\n' > bad.toml
                """,
            commands: [
                "pulsefs config --help", "# The settings of a mount.", "pulsefs config | grep -v id",
                "pulsefs config --profile work --timeout 5s | grep -v default", "pulsefs config --path",
                "# Mistakes in a file, all at once.", "pulsefs config --config bad.toml > /dev/null",
                "# A profile and a file that do not exist.", "pulsefs config --profile wrok > /dev/null",
                "pulsefs config --config none.toml > /dev/null",
            ]),
    ]

    private static let keeping = [
        Transcript(
            name: "jobs-add",
            commands: [
                "pulsefs jobs add --help", "# Two jobs.", "pulsefs jobs add \(invoice) \(JobName.report)",
                "# A job that does not exist; another organisation's job; a malformed id.",
                "pulsefs jobs add no-such-job",
                "pulsefs jobs add \(JobName.contoso)", "pulsefs jobs add ../etc/passwd",
                "# Without a key.", "env -u PULSE_API_KEY pulsefs jobs add \(invoice)",
            ]),
        Transcript(
            name: "jobs-list", preparation: withJobs,
            commands: [
                "pulsefs jobs list --help", "# Known jobs.", "pulsefs jobs list",
                "pulsefs jobs list --json | jq -c '.[] | [.id, .status, .files_known]'",
                "# With another key; without a key; without a cache.",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs jobs list", "env -u PULSE_API_KEY pulsefs jobs list",
                "pulsefs jobs list --cache-dir ~/nowhere",
            ]),
        Transcript(
            name: "jobs-forget", preparation: withJobs,
            commands: [
                "pulsefs jobs forget --help", "# A known job.", "pulsefs jobs forget \(JobName.failed)",
                "# Again; a malformed id; without a cache.", "pulsefs jobs forget \(JobName.failed)",
                "pulsefs jobs forget 'my job'", "pulsefs jobs forget --cache-dir ~/nowhere \(invoice)",
            ]),
        Transcript(
            name: "store-init", preparation: "true",
            commands: [
                "pulsefs store init --help", "# No store; no secret file; no credentials.",
                "pulsefs store init",
                "pulsefs store init s3://bucket/pulse",
                "pulsefs store init s3://bucket/pulse --store-secret-file ~/store.secret; ls ~/store.secret",
                "# An engine without TLS; an invalid address; an invalid secret.",
                "pulsefs store init s3://bucket/pulse --store-endpoint http://engine.example.com",
                "pulsefs store init s3://Bucket/pulse",
                "PULSEFS_STORE_SECRET=short pulsefs store init s3://bucket/pulse",
            ]),
        Transcript(
            name: "store-info", preparation: "true",
            commands: [
                "pulsefs store info --help", "# No credentials; no engine.",
                "pulsefs store info s3://bucket/pulse",
                "AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=B pulsefs store info s3://bucket/pulse --store-endpoint http://localhost:1",
                "# A secret file that does not exist; one that others can read.",
                "pulsefs store info s3://bucket/pulse --store-secret-file ~/store.secret",
                "echo > ~/store.secret; pulsefs store info s3://bucket/pulse --store-secret-file ~/store.secret",
            ]),
        Transcript(
            name: "store-check", preparation: "true",
            commands: [
                "pulsefs store check --help", "# No credentials; no engine.", "pulsefs store check s3://bucket/pulse",
                "AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=B pulsefs store check s3://bucket/pulse --store-endpoint http://localhost:1",
                "# Two stores.", "pulsefs store check s3://bucket/a s3://bucket/b",
            ]),
        Transcript(
            name: "store-verify", preparation: "true",
            commands: [
                "pulsefs store verify --help", "# No secret.", "pulsefs store verify s3://bucket/pulse", "# No engine.",
                "AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=B PULSEFS_STORE_SECRET=$(printf %064d 7) pulsefs store verify s3://bucket/pulse --store-endpoint http://localhost:1",
            ]),
        Transcript(
            name: "store-gc", preparation: "true",
            commands: [
                "pulsefs store gc --help", "# Results that cannot be fetched again.",
                "pulsefs store gc s3://bucket/pulse --single-use-older-than 180d",
                "pulsefs store gc s3://bucket/pulse --lose-results",
                "# An invalid age; no engine.", "pulsefs store gc s3://bucket/pulse --older-than soon",
                "AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=B pulsefs store gc s3://bucket/pulse --store-endpoint http://localhost:1",
            ]),
        Transcript(
            name: "cache-info", preparation: withFiles,
            commands: [
                "pulsefs cache info --help", "# The contents of the cache.",
                "pulsefs cache info | grep -e path -e files -e jobs -e limit",
                "# No cache; a cache that others can write; an invalid size.",
                "pulsefs cache info --cache-dir ~/nowhere",
                "mkdir -m 777 ~/open; pulsefs cache info --cache-dir ~/open",
                "pulsefs cache info --cache-size lots",
            ]),
        Transcript(
            name: "cache-verify", preparation: withFiles,
            commands: [
                "pulsefs cache verify --help", "# Every file is intact.", "pulsefs cache verify",
                "# A file was damaged.",
                "printf X | dd of=$(ls ~/.cache/pulsefs/blobs/*/\(invoice)/3) conv=notrunc status=none",
                "pulsefs cache verify | cut -f 1-4",
                "# No cache; a cache that others can write; an unknown option.",
                "pulsefs cache verify --cache-dir ~/nowhere",
                "mkdir -m 777 ~/open; pulsefs cache verify --cache-dir ~/open", "pulsefs cache verify --repair",
            ]),
        Transcript(
            name: "cache-prune", preparation: withFiles,
            commands: [
                "pulsefs cache prune --help", "# To the size of --cache-size.", "pulsefs cache prune | cut -f 1,2",
                "# Down to nothing.", "pulsefs cache prune --to 0 | cut -f 1,2",
                "# An invalid size; no cache; a cache that others can write.",
                "pulsefs cache prune --to 10X", "pulsefs cache prune --cache-dir ~/nowhere",
                "mkdir -m 777 ~/open; pulsefs cache prune --cache-dir ~/open",
            ]),
    ]
}
