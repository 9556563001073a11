import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs init", .takingTurns, .timeLimit(.minutes(5)))
struct InitCommandTests {
    /// Runs a script in a home of its own, with `pulsefs` and `typing` as programs.
    private static func run(_ script: String, _ rig: Rig, _ more: [String: String] = [:]) async throws -> Shell.Outcome
    {
        let programs = rig.scratch.appending("programs")
        if !FileManager.default.fileExists(atPath: programs.string) {
            _ = try TypingProgram.install(in: try rig.scratch.make("programs"))
            _ = try rig.scratch.make("home")
        }
        var environment = rig.environment(key: nil).merging([
            "HOME": rig.scratch.appending("home").string, "XDG_CONFIG_HOME": "", "PULSE_CONFIG_DIR": "",
            "XDG_RUNTIME_DIR": "", "GOOD": TestKeys.northwind, "BAD": "pulse-key-of-nobody", "B": programs.string,
        ]) { $1 }
        environment.merge(more) { $1 }
        return try await Shell.run(
            """
            ln -sf "$P" "$B/pulsefs"; export PATH="$B:$PATH"; cd; C=.config/pulsefs/config.toml
            \(script)
            """, environment: environment)
    }

    private static func expectNoKey(_ said: Shell.Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
        for key in [TestKeys.northwind, "pulse-key-of-nobody"] {
            #expect(!said.text.contains(key) && !said.errors.contains(key), sourceLocation: sourceLocation)
        }
    }

    @Test("S4.3 a key that the API accepts is saved where only its user reads it, and commands find it there")
    func saves() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                """
                umask 0; printf '%s\\n' "$GOOD" | pulsefs init --stdin && stat -c '%a %n' .config/pulsefs "$C" && ls -A .config/pulsefs
                pulsefs jobs add \(JobName.invoice)
                """, rig)
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            Self.expectNoKey(said)
            #expect(said.text.contains("accepts the key") && said.text.contains("pulsefs mount"))
            #expect(
                said.lines.contains("700 .config/pulsefs") && said.lines.contains("600 .config/pulsefs/config.toml"))
            #expect(said.lines.filter { $0.hasSuffix("config.toml") }.count == 3)
            #expect(said.lines.last == "\(JobName.invoice)\tcompleted")
            #expect(rig.emulator.requestCounts["/job/pulsefs-key-check"] == 1)
        }
    }

    @Test("a key that the API refuses is not saved, and is told in one line", arguments: ["", "timeout = 5\n"])
    func refused(_ before: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                """
                [ -z "$BEFORE" ] || { mkdir -p .config/pulsefs; printf %s "$BEFORE" > "$C"; }
                printf %s "$BAD" | pulsefs init --stdin; code=$?; cat "$C" 2> /dev/null; exit $code
                """, rig, ["BEFORE": before])
            #expect(said.status == 1 && said.text == before)
            #expect(said.errors.split(separator: "\n").count == 1 && said.errors.contains("refuses the key (401"))
            Self.expectNoKey(said)
        }
    }

    @Test("other settings, comments and links of the file stay, and a key is replaced only when that is said")
    func keeps() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                """
                mkdir -p .config/pulsefs dotfiles; printf '# mine\\ncache-size = "20G"\\n\\n[profiles.work]\\numask = "022"\\n' > dotfiles/c.toml
                ln -s ../../dotfiles/c.toml "$C"
                printf %s "$GOOD" | pulsefs init --stdin > /dev/null || exit 2
                printf %s "$GOOD" | pulsefs init --stdin && exit 3
                printf %s "$GOOD" | pulsefs init --stdin --replace > /dev/null || exit 4
                printf %s "$GOOD" | pulsefs init --stdin --profile work > /dev/null || exit 5
                test -L "$C" && sed "s/$GOOD/KEY/" dotfiles/c.toml; ls -A dotfiles; pulsefs config --profile work | cut -f 1,2 | grep umask
                """, rig)
            #expect(said.status == 0, "\(said.errors)")
            #expect(said.errors.split(separator: "\n").count == 1 && said.errors.contains("--replace"))
            #expect(
                said.text == """
                    # mine
                    cache-size = "20G"
                    api-key = "KEY"

                    [profiles.work]
                    umask = "022"
                    api-key = "KEY"
                    c.toml
                    umask\t022

                    """)
        }
    }

    @Test(
        "a file that cannot be written, or that another changes meanwhile, stays as it is, and nothing is left beside it"
    )
    func survives() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                """
                mkdir -p .config/pulsefs; { echo 'timeout = 5'; printf '#%.0s' {1..3000}; echo; } > "$C"
                printf %s "$GOOD" > key; (ulimit -f 1; pulsefs init --stdin < key > /dev/null) && exit 2
                wc -l < "$C"; head -n 1 "$C"; ls -A .config/pulsefs
                printf '#!/bin/sh\\necho "# new" >> "%s"; echo "$GOOD"\\n' "$PWD/$C" > "$B/printkey"; chmod +x "$B/printkey"
                PULSEFS_API_KEY_COMMAND=printkey pulsefs init > /dev/null && exit 3
                wc -l < "$C"; tail -n 1 "$C"; ls -A .config/pulsefs
                """, rig)
            #expect(said.status == 0, "\(said.errors)")
            #expect(said.lines == ["2", "timeout = 5", "config.toml", "3", "# new", "config.toml"])
            let errors = said.errors.split(separator: "\n")
            #expect(errors.count == 2 && errors[0].contains("cannot write") && errors[1].contains("changed meanwhile"))
            Self.expectNoKey(said)
        }
    }

    @Test("a command or a file that the environment names is saved in place of the key")
    func others() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                """
                printf '#!/bin/sh\\necho "$GOOD"\\n' > "$B/printkey"; chmod +x "$B/printkey"
                PULSEFS_API_KEY_COMMAND='printkey "a b"' pulsefs init > /dev/null && cat "$C"
                (umask 077; echo "$GOOD" > key); pulsefs init --replace --api-key-file key > /dev/null && cat "$C"
                printf %s "$GOOD" | PULSE_API_KEY=$BAD pulsefs init --profile env --stdin 2>&1 | grep -c 'PULSE_API_KEY holds a key too'
                """, rig)
            #expect(said.errors.isEmpty, "\(said.errors)")
            #expect(said.lines.first == "api-key-command = \"printkey 'a b'\"")
            #expect(said.lines.dropFirst() == ["api-key-file = \"\(rig.scratch.path)/home/key\"", "1"])
        }
    }

    @Test(
        "without a terminal, without a key and without an API it says in one line what to do",
        arguments: [
            ("pulsefs init < /dev/null", 1, ["no terminal", "--stdin", "PULSE_API_KEY"]),
            ("pulsefs init --stdin < /dev/null", 1, ["standard input is empty"]),
            ("printf 'two words' | pulsefs init --stdin", 1, ["copy the key again"]),
            (
                "printf %s $GOOD | pulsefs init --stdin --api-url http://127.0.0.1:9", 1,
                ["--no-check", "nothing was saved"]
            ),
            ("printf %s $GOOD | pulsefs init --stdin --api-url nonsense", 1, ["--api-url", "https://"]),
            (
                "mkdir -p .config/pulsefs; echo 'timeout =' > $C; printf %s $GOOD | pulsefs init --stdin", 1,
                ["config.toml:1"]
            ),
            (
                "mkdir -p -m 777 .config/pulsefs; chmod 777 .config/pulsefs; printf %s $GOOD | pulsefs init --stdin", 1,
                ["chmod go-w"]
            ),
            ("pulsefs init --stdin --api-key-file k", 64, ["cannot be used together"]),
            ("printf %s $GOOD | pulsefs init --stdin --unit", 1, ["systemd"]),
        ])
    func mistakes(_ script: String, _ code: Int32, _ words: [String]) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run("{ \(script); } > /dev/null", rig)
            #expect(said.status == code)
            #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)")
            for word in words { #expect(said.errors.contains(word), "\(said.errors)") }
            Self.expectNoKey(said)
        }
    }

    @Test("an API that is out of reach keeps nobody from saving a key who says so")
    func unchecked() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                "printf %s $GOOD | pulsefs init --stdin --no-check --api-url http://127.0.0.1:9 > /dev/null && grep -c api-key $C",
                rig)
            #expect(said.text == "1\n", "\(said.errors)")
        }
    }

    @Test("S4.3 at a terminal the key is asked for, not shown while it is typed, and asked for again if it is refused")
    func terminal() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                #"typing 'not shown' "$BAD\\n" 'not shown' "$GOOD\\n" -- pulsefs init && grep -c "$GOOD" "$C""#, rig)
            #expect(said.status == 0, "\(said.text)\(said.errors)")
            Self.expectNoKey(said)
            #expect(said.text.contains("refuses the key (401") && said.text.contains("accepts the key"))
            #expect(said.lines.last == "1")
            let command = try await Self.run(
                #"""
                printf '#!/bin/sh\necho "$GOOD"\n' > "$B/printkey"; chmod +x "$B/printkey"
                typing 'Replace it?' 'y\n' 'not shown' '\n' 'Command' 'printkey\n' -- pulsefs init > /dev/null; cat "$C"
                """#, rig)
            #expect(command.text == "api-key-command = \"printkey\"\n", "\(command.errors)")
        }
    }

    @Test("^C while the key is typed leaves the terminal as it was, and nothing is saved")
    func interrupted() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                #"typing 'not shown' '\x03' -- sh -c 'trap : INT; pulsefs init; echo "code $?"; stty -a'; ls -A .config"#,
                rig)
            #expect(said.text.contains("code 130"), "\(said.text)")
            #expect(said.text.contains(" echo ") && !said.text.contains("-echo "))
            #expect(said.errors.contains("No such file"))
        }
    }

    @Test("where systemd's user manager has the unit, it is started and enabled when that is wanted")
    func unit() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await Self.run(
                #"""
                mkdir -p run/systemd; export XDG_RUNTIME_DIR=$PWD/run
                printf '#!/bin/sh\necho "$@" >> "%s"\n' "$PWD/calls" > "$B/systemctl"; chmod +x "$B/systemctl"
                typing 'not shown' "$GOOD\\n" 'each login?' 'y\n' -- pulsefs init | tail -n 1; grep enable calls; rm calls
                printf %s "$GOOD" | pulsefs init --stdin --replace --unit | tail -n 1; grep enable calls; rm calls
                printf %s "$GOOD" | pulsefs init --stdin --replace > /dev/null; cat calls
                """#, rig)
            let call = "--user --quiet enable --now pulsefs.service"
            #expect(
                said.lines == [
                    "mounted on ~/pulse, now and at each login", call, "mounted on ~/pulse, now and at each login",
                    call,
                ], "\(said.errors)")
            #expect(said.errors.contains("calls"))
        }
    }
}
