extension Transcript {
    /// Help, what goes well, and the likeliest mistakes, of each command.
    static let all = mounting + asking + keeping

    private static let invoice = JobName.invoice
    private static let withMount = "mkdir pulse && pulsefs mount pulse && cat pulse/jobs/\(JobName.invoice)/result.md"
    private static let withJobs =
        "for job in \(JobName.invoice) \(JobName.report) \(JobName.failed); do pulsefs jobs add $job; done"
    private static let withFiles = "pulsefs fetch \(JobName.invoice)"

    private static let mounting = [
        Transcript(
            name: "mount", preparation: "mkdir pulse full && touch full/notes.txt",
            commands: [
                "pulsefs mount --help", "# A mount, in the background.", "pulsefs mount ~/pulse",
                "head -n 1 ~/pulse/jobs/invoice-2024-0117/result.md", "# Once more on the same directory.",
                "pulsefs mount ~/pulse",
                "# The directory is not there; it is not empty.", "pulsefs mount ~/plse", "pulsefs mount ~/full",
                "# There is no key; the key file can be read by others.",
                "mkdir ~/other && env -u PULSE_API_KEY pulsefs mount ~/other",
                "echo pulse-key-of-nobody > ~/key && pulsefs mount --api-key-file ~/key ~/other",
                "# The API does not know the key; there is no API.",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs mount ~/other",
                "pulsefs mount --api-url http://localhost:1 --timeout 1s ~/other && pulsefs unmount ~/other",
                "# A value that is none.", "pulsefs mount --cache-size lots ~/other",
                "PULSEFS_TIMEOUT=soon pulsefs mount ~/other",
            ]),
        Transcript(
            name: "unmount", preparation: withMount,
            commands: [
                "pulsefs unmount --help", "# Someone is in it.",
                Command(
                    "(cd ~/pulse/jobs && exec sleep 60) & pulsefs unmount ~/pulse",
                    typed: """
                        (cd ~/pulse/jobs && exec sleep 60) & holder=$!
                        while [ "$(cat /proc/$holder/comm)" != sleep ]; do :; done
                        pulsefs unmount ~/pulse; code=$?; kill $holder; wait $holder 2> /dev/null; exit $code
                        """),
                "# Nobody is.",
                "pulsefs unmount ~/pulse",
                "# It is not mounted any more; it is another kind of mount; no directory is named.",
                "pulsefs unmount ~/pulse", "pulsefs unmount /proc", "pulsefs unmount",
            ]),
        Transcript(
            name: "status", preparation: withMount,
            commands: [
                "pulsefs status --help", "# A mount that is well.",
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
                "# The directory is not there; it is not empty; there are two.",
                "pulsefs demo ~/nowhere", "pulsefs demo ~/full", "pulsefs demo ~/demo ~/full",
            ]),
    ]

    private static let asking = [
        Transcript(
            name: "explain", preparation: withMount,
            commands: [
                "pulsefs explain --help", "# A file that is there.",
                "pulsefs explain ~/pulse/jobs/\(invoice)/result.md",
                "# One that is not, and a job that nobody has.", "pulsefs explain ~/pulse/jobs/\(invoice)/form.pdf",
                "cat ~/pulse/jobs/no-such-job/result.md", "pulsefs explain ~/pulse/jobs/no-such-job/result.md",
                "# Another organisation's job; in no mount; nothing at all.",
                "ls ~/pulse/jobs/\(JobName.contoso)", "pulsefs explain ~/pulse/jobs/\(JobName.contoso)",
                "pulsefs explain ~/elsewhere", "pulsefs explain",
            ]),
        Transcript(
            name: "wait", preparation: withJobs,
            commands: [
                "pulsefs wait --help", "# One that has ended well.", "pulsefs wait \(invoice)",
                "# One that failed; one that goes on; one that there is not.", "pulsefs wait \(JobName.failed)",
                "pulsefs wait --timeout 1s \(JobName.processing)", "pulsefs wait no-such-job",
                "# Not an id; none at all.", "pulsefs wait 'my job'", "pulsefs wait",
            ]),
        Transcript(
            name: "fetch",
            commands: [
                "pulsefs fetch --help", "# Whole jobs.", "pulsefs fetch \(invoice) \(JobName.report)",
                "# A job that failed; one that there is not; another organisation's.",
                "pulsefs fetch \(JobName.failed)", "pulsefs fetch no-such-job", "pulsefs fetch \(JobName.contoso)",
                "# No id; a key that the API does not know.", "pulsefs fetch",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs fetch \(JobName.report)",
            ]),
        Transcript(
            name: "export",
            commands: [
                "pulsefs export --help", "# Whole jobs, and the same once more.",
                "pulsefs export \(invoice) \(JobName.report) ~/results", "ls ~/results/\(invoice)",
                "pulsefs export \(invoice) \(JobName.report) ~/results",
                "# A job that still runs; one that failed; another organisation's.",
                "pulsefs export \(JobName.processing) \(JobName.failed) \(JobName.contoso) ~/results",
                "# No directory; no id; a directory in one that there is not; the cache.",
                "pulsefs export", "pulsefs export \(invoice)", "pulsefs export \(invoice) ~/nowhere/results",
                "pulsefs export \(invoice) ~/.cache/pulsefs",
            ]),
        Transcript(
            name: "doctor", preparation: "mkdir pulse",
            commands: [
                "pulsefs doctor --help", "# What a mount needs is there.",
                "pulsefs doctor ~/pulse | grep -e settings -e key -e mountpoint",
                "# There is no key; the API refuses it.", "env -u PULSE_API_KEY pulsefs doctor | grep failure",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs doctor | grep failure",
                "# The directory is not there; there are two.", "pulsefs doctor ~/nowhere | grep mountpoint",
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
                "pulsefs config --help", "# What a mount would have.", "pulsefs config | grep -v id",
                "pulsefs config --profile work --timeout 5s | grep -v default", "pulsefs config --path",
                "# Mistakes in a file, all at once.", "pulsefs config --config bad.toml > /dev/null",
                "# A profile, and a file, that there is not.", "pulsefs config --profile wrok > /dev/null",
                "pulsefs config --config none.toml > /dev/null",
            ]),
    ]

    private static let keeping = [
        Transcript(
            name: "jobs-add",
            commands: [
                "pulsefs jobs add --help", "# Two that there are.", "pulsefs jobs add \(invoice) \(JobName.report)",
                "# One that there is not; another organisation's; not an id.", "pulsefs jobs add no-such-job",
                "pulsefs jobs add \(JobName.contoso)", "pulsefs jobs add ../etc/passwd",
                "# Without a key.", "env -u PULSE_API_KEY pulsefs jobs add \(invoice)",
            ]),
        Transcript(
            name: "jobs-list", preparation: withJobs,
            commands: [
                "pulsefs jobs list --help", "# Those that are known.", "pulsefs jobs list",
                "pulsefs jobs list --json | jq -c '.[] | [.id, .status, .files_known]'",
                "# With a key that was shown none; without one; where there is no cache.",
                "PULSE_API_KEY=pulse-key-of-nobody pulsefs jobs list", "env -u PULSE_API_KEY pulsefs jobs list",
                "pulsefs jobs list --cache-dir ~/nowhere",
            ]),
        Transcript(
            name: "jobs-forget", preparation: withJobs,
            commands: [
                "pulsefs jobs forget --help", "# One that is known.", "pulsefs jobs forget \(JobName.failed)",
                "# Once more; not an id; where there is no cache.", "pulsefs jobs forget \(JobName.failed)",
                "pulsefs jobs forget 'my job'", "pulsefs jobs forget --cache-dir ~/nowhere \(invoice)",
            ]),
        Transcript(
            name: "store-init", preparation: "true",
            commands: [
                "pulsefs store init --help", "# Which store; where its secret is to be; no credentials.",
                "pulsefs store init",
                "pulsefs store init s3://bucket/pulse",
                "pulsefs store init s3://bucket/pulse --store-secret-file ~/store.secret; ls ~/store.secret",
                "# An engine without TLS; an address that is none; a secret that is none.",
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
                "# A secret that is not there; one that others can read.",
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
            name: "cache-info", preparation: withFiles,
            commands: [
                "pulsefs cache info --help", "# What is kept.",
                "pulsefs cache info | grep -e path -e files -e jobs -e limit",
                "# Where there is no cache; one that others can write; a size that is none.",
                "pulsefs cache info --cache-dir ~/nowhere",
                "mkdir -m 777 ~/open; pulsefs cache info --cache-dir ~/open",
                "pulsefs cache info --cache-size lots",
            ]),
        Transcript(
            name: "cache-verify", preparation: withFiles,
            commands: [
                "pulsefs cache verify --help", "# All is whole.", "pulsefs cache verify",
                "# A file was damaged.",
                "printf X | dd of=$(ls ~/.cache/pulsefs/blobs/*/\(invoice)/3) conv=notrunc status=none",
                "pulsefs cache verify | cut -f 1-4",
                "# Where there is no cache; one that others can write; an option that there is not.",
                "pulsefs cache verify --cache-dir ~/nowhere",
                "mkdir -m 777 ~/open; pulsefs cache verify --cache-dir ~/open", "pulsefs cache verify --repair",
            ]),
        Transcript(
            name: "cache-prune", preparation: withFiles,
            commands: [
                "pulsefs cache prune --help", "# To what --cache-size says.", "pulsefs cache prune | cut -f 1,2",
                "# Down to nothing.", "pulsefs cache prune --to 0 | cut -f 1,2",
                "# A size that is none; where there is no cache; one that others can write.",
                "pulsefs cache prune --to 10X", "pulsefs cache prune --cache-dir ~/nowhere",
                "mkdir -m 777 ~/open; pulsefs cache prune --cache-dir ~/open",
            ]),
    ]
}
