import PulseEmulator
import PulseTestSupport
import Testing

/// Output that is closed, full, broken, or has no reader any more.
@Suite("Output that cannot be written", .takingTurns, .timeLimit(.minutes(10)))
struct OutputTests {
    /// Every command that has something to say, with an invoice in the cache.
    private static let commands = [
        "status --json", "wait ID", "wait --json ID", "fetch ID", "fetch --json ID", "jobs add ID", "jobs list",
        "jobs list --json", "cache info", "cache info --json", "cache verify --json", "cache prune",
        "cache prune --json", "explain jobs/ID", "explain --json jobs/ID", "config", "config --json", "config --path",
        "config --path --json", "doctor", "doctor --json", "help", "help mount", "--help", "mount --help", "--version",
        "jobs", "cache", "--generate-completion-script bash", "--generate-completion-script zsh",
        "--experimental-dump-help", "jobs forget ID",
    ]

    /// What a shell puts in the place of standard output, and what is said of it.
    private static let sinks = [
        (name: "full", shell: "\"$@\" > /dev/full", words: "No space left on device"),
        (name: "closed", shell: "\"$@\" >&-", words: "it is closed"),
        // Writing at the address 0 of a process is an I/O error.
        (name: "broken", shell: "\"$@\" > /proc/self/mem", words: "Input/output error"),
        (
            name: "limited", shell: "truncate -s 10M \"$D/limited\"; (ulimit -f 10240; \"$@\" >> \"$D/limited\")",
            words: "File too large"
        ),
    ]

    @Test("S7.3: a command says in one line that its output cannot be written, and ends with 74", arguments: commands)
    func ends(_ command: String) async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice)
            let words = command.replacing("ID", with: JobName.invoice)
            for sink in Self.sinks {
                // A command that changes the cache can do so once.
                let before = command.hasPrefix("jobs forget") ? "\"$P\" jobs add \(JobName.invoice) > /dev/null; " : ""
                let said = try await rig.script("\(before)set -- \"$P\" \(words); \(sink.shell)")
                #expect(said.status == 74, "\(sink.name): \(said.errors)")
                let lines = said.errors.split(separator: "\n")
                #expect(lines.count == 1, "\(sink.name): \(said.errors)")
                #expect(lines.last?.hasPrefix("pulsefs: cannot write to standard output: ") == true, "\(said.errors)")
                #expect(lines.last?.contains(sink.words) == true, "\(said.errors)")
            }
        }
    }

    /// Starts a program whose reader has left before it begins; `isIgnored` is whether SIGPIPE is ignored by its parent.
    private static let unread = """
        python3 - "$P" "$@" <<'PY'
        import os, subprocess, sys
        ignored = sys.argv[2] == "ignored"
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run([sys.argv[1]] + sys.argv[3:], stdout=writing, stderr=subprocess.PIPE, restore_signals=not ignored)
        print(done.returncode, done.stderr.decode().replace("\\n", "|"))
        PY
        """

    @Test("S7.3: a command whose reader has left ends by SIGPIPE, without a word", arguments: commands)
    func readerLeft(_ command: String) async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice)
            let words = command.replacing("ID", with: JobName.invoice)
            let said = try await rig.script("set -- caught \(words); \(Self.unread)")
            #expect(said.text == "-13 \n", "\(said.text) \(said.errors)")
        }
    }

    @Test("S7.3: where SIGPIPE is ignored, as under systemd, it says so and ends with 74")
    func readerLeftSilently() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script("set -- ignored config; \(Self.unread)")
            #expect(
                said.text
                    == "74 pulsefs: cannot write to standard output: Broken pipe: the output is not complete|\n")
        }
    }

    @Test("S7.3: a long command ends when its first line cannot be written, not when all is done")
    func endsSoon() async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice)
            // A job that runs on is waited for without end.
            for command in ["wait", "fetch --wait"] {
                let said = try await rig.script(
                    "timeout 20 \"$P\" \(command) \(JobName.invoice) \(JobName.processing) > /dev/full", timeout: 40)
                #expect(said.status == 74, "\(said.errors)")
                #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)")
            }
            let watched = try await rig.script(
                "echo \(JobName.invoice) > \"$D/ids\"; timeout 20 \"$P\" fetch --watch \"$D/ids\" > /dev/full",
                timeout: 40)
            #expect(watched.status == 74, "\(watched.errors)")
        }
    }

    @Test("S7.3: errors that cannot be written change no exit code")
    func errorsLost() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                for sink in '2> /dev/full' '2>&-' '2> /proc/self/mem' '> /dev/null 2>&1 <&-'; do
                  eval '"$P" unmount "$M"' "$sink"; echo $?
                  eval '"$P" jobs list --no-such' "$sink"; echo $?
                  eval '"$P" fetch none' "$sink"; echo $?
                done
                """)
            #expect(said.lines == Array(repeating: ["1", "64", "1"], count: 4).flatMap(\.self), "\(said.text)")
        }
    }

    @Test("S7.3: closed standard descriptors are no descriptors of anything else")
    func closedDescriptors() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                "$P" mount --foreground "$M" <&- >&- 2>&- & d=$!
                until_so test -e "$M/README.txt"; readlink /proc/$d/fd/{0,1,2}
                cat "$M/jobs/\(JobName.invoice)/result.md" | cksum; kill $d; wait $d; echo $?
                "$P" mount "$M" <&- >&- 2>&-; echo $?; d=$(daemon "$M"); readlink /proc/$d/fd/{0,1,2}
                cat "$M/jobs/\(JobName.invoice)/result.md" | cksum; "$P" unmount "$M" <&- >&- 2>&-; echo $?; mounts
                """)
            let lines = said.lines
            try #require(lines.count == 11, "\(said.text) \(said.errors)")
            #expect(lines[0...2].allSatisfy { $0 == "/dev/null" } && lines[6...8].allSatisfy { $0 == "/dev/null" })
            #expect(lines[3] == lines[9] && lines[4] == "0" && lines[5] == "0" && lines[10] == "0", "\(said.text)")
        }
    }
}

@Suite("Output of a mount that cannot be written", .takingTurns, .timeLimit(.minutes(10)))
struct MountOutputTests {
    @Test(
        "S7.3: a mount serves on whatever becomes of its output",
        arguments: ["> /dev/full", ">&-", "> /dev/full 2>&1", "2>&-", ">&- 2>&-", "> /proc/self/mem 2>&1"])
    func foreground(_ sink: String) async throws {
        try await Rig.with { (rig) async throws in
            // What is no job is worth a line of the log.
            rig.emulator.set(.json("[]"), on: .prefix("/job/odd-"))
            let said = try await rig.script(
                """
                "$P" mount --foreground --verbose "$M" \(sink) & d=$!
                until_so test -e "$M/README.txt"
                for i in {1..50}; do cat "$M/jobs/odd-$i/result.md" 2> /dev/null; done
                cat "$M/jobs/\(JobName.invoice)/result.md"; kill $d; wait $d || echo failed; mounts
                """)
            let document = rig.emulator.markdown(of: JobName.invoice) ?? "?"
            #expect(said.status == 0 && said.text.hasSuffix(document), "\(said.text)")
        }
    }

    @Test("S7.3: a mount in the background that cannot be announced is mounted", arguments: ["> /dev/full", ">&-"])
    func background(_ sink: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                "$P" mount "$M" \(sink); echo $?; cat "$M/jobs/\(JobName.invoice)/result.md"; "$P" unmount "$M"
                """)
            #expect(said.text == "0\n" + (rig.emulator.markdown(of: JobName.invoice) ?? ""), "\(said.text)")
            #expect(said.errors.contains("the mount goes on"), "\(said.errors)")
        }
    }

    @Test("S7.3: a log that nobody reads holds up nothing")
    func unreadLog() async throws {
        try await Rig.with { (rig) async throws in
            // What is no job is worth a line of the log.
            rig.emulator.set(.json("[]"), on: .prefix("/job/odd-"))
            let said = try await rig.script(
                """
                mkfifo "$D/fifo"; exec 9<> "$D/fifo"
                "$P" mount --foreground --verbose "$M" 2> "$D/fifo" & d=$!
                until_so test -e "$M/README.txt"
                # More than a pipe holds.
                name=$(printf 'x%.0s' {1..100})
                python3 -c '
                import os, sys
                for i in range(400):
                    try: os.stat(f"{sys.argv[1]}-{i}")
                    except OSError: pass' "$M/jobs/odd-$name"
                timeout 5 cat "$M/jobs/\(JobName.invoice)/result.md"; kill $d; wait $d || echo failed
                """)
            #expect(said.status == 0, "\(said.errors)")
            #expect(said.text.hasSuffix(rig.emulator.markdown(of: JobName.invoice) ?? "?"), "\(said.text)")
        }
    }

    @Test(
        "S7.3: a log on a full disk loses lines and stops nothing, and goes on in whole lines",
        .enabled(if: Privilege.isRoot, Privilege.comment))
    func fullLog() async throws {
        try await Rig.with { (rig) async throws in
            // What is no job is worth a line of the log.
            rig.emulator.set(.json("[]"), on: .prefix("/job/odd-"))
            let said = try await rig.script(
                """
                mkdir "$D/disk"; mount -t tmpfs -o size=16k tmpfs "$D/disk"
                "$P" mount --verbose --log-file "$D/disk/log" "$M" > /dev/null || exit
                for i in {1..150}; do stat "$M/jobs/odd-$i" 2> /dev/null; done
                cat "$M/jobs/\(JobName.invoice)/result.md" | cksum
                mount -o remount,size=64k "$D/disk"
                for i in {301..303}; do stat "$M/jobs/odd-$i" 2> /dev/null; done
                "$P" unmount "$M"; echo $?; tail -n 1 "$D/disk/log"; grep -c odd-303 "$D/disk/log"
                grep -vcE '^20[0-9-]+T[0-9:.]+Z [a-z]+ pulsefs' "$D/disk/log"
                grep -vE '^20[0-9-]+T[0-9:.]+Z [a-z]+ pulsefs' "$D/disk/log" >&2
                """, isApart: true)
            let lines = said.lines
            try #require(lines.count == 5, "\(said.text) \(said.errors)")
            #expect(lines[1] == "0" && lines[2].contains("unmounted") && lines[3] != "0", "\(said.text)")
            // The one that did not fit may end before its level; the next begins on a line of its own.
            #expect(lines[4] == "0" || lines[4] == "1", "\(said.text) \(said.errors)")
        }
    }
}
