import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Attributes", .takingTurns, .timeLimit(.minutes(10)))
struct AttributeTests {
    @Test("S1.6: mtime is updated_at and ctime no earlier, of the job's directory and of its files")
    func times() async throws {
        try await Rig.mounted { (_, mount) async throws in
            let times = try await mount.shell(
                "cd \"$M/jobs/$1\" && stat -c '%Y %Z' . result.md result.json images images/logo.png", [JobName.invoice]
            )
            #expect(times.lines == Array(repeating: "1705910461 1705910461", count: 5))
        }
    }

    @Test("S1.6: inode numbers are unlike each other, and the same after a remount")
    func inodeNumbers() async throws {
        try await Rig.with { rig in
            let script = """
                cd "$M/jobs" && stat $1 $2 > /dev/null && ls -l $1/images $2/images > /dev/null
                find "$M" -printf '%i %P\\n' | sort -k2
                """
            var listings: [[String]] = []
            for jobs in [[JobName.invoice, JobName.report], [JobName.report, JobName.invoice]] {
                listings.append(try await rig.mounted { mount in try await mount.shell(script, jobs).lines })
            }
            #expect(listings[0] == listings[1])
            #expect(listings[0].count > 20)
            #expect(Set(listings[0].compactMap { $0.split(separator: " ").first }).count == listings[0].count)
        }
    }

    @Test("S1.6: du counts the blocks that the bytes take")
    func blocks() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            for name in rig.emulator.imageNames(of: JobName.report) {
                let size = rig.emulator.imageBytes(name, of: JobName.report).count
                let blocks = try await mount.shell(
                    "stat -c %b \"$M/jobs/$1/images/$2\"; du -B512 \"$M/jobs/$1/images/$2\" | cut -f1",
                    [JobName.report, name])
                #expect(blocks.lines == Array(repeating: "\((size + 511) / 512)", count: 2))
            }
            let whole = try await mount.shell(
                """
                cd "$M/jobs/$1"; du -s -B512 . | cut -f1
                find . -type f -printf '%b\\n' | paste -sd+ | bc 2>/dev/null || find . -type f -printf '%b\\n' | awk '{ n += $1 } END { print n }'
                """, [JobName.report])
            #expect(whole.lines.count == 2 && whole.lines.first == whole.lines.last)
        }
    }

    @Test("S1.6: df and what needs no network answer while the API stalls")
    func statistics() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .any)
            try await ChildProcess.with(mount.cat("jobs/\(JobName.invoice)/status.json")) { (reader) async throws in
                try await rig.emulator.waitForStalled(1)
                let answers = try await mount.shell(
                    "df --output=size,avail \"$M\" | tail -1; ls \"$M\"; cat \"$M\"/.pulsefs/version; ls \"$M\"/jobs; stat \"$M\"",
                    timeout: 10)
                #expect(answers.status == 0, "\(answers.errors)")
                let space = answers.lines.first?.split(separator: " ").compactMap { Int($0) } ?? []
                #expect(space.count == 2 && space.allSatisfy { $0 > 0 })
                #expect(!reader.hasEnded)
                rig.emulator.clearFaults()
                #expect(await reader.ended() == 0)
            }
            #expect(rig.emulator.requests().count == 1)
        }
    }
}

@Suite("Permissions", .takingTurns, .timeLimit(.minutes(10)))
struct PermissionTests {
    @Test(
        "S1.7: every change is refused as a read-only file system",
        arguments: [
            "touch status.json", "touch new", "touch ../new-job", "rm -f status.json", "mkdir new", "rmdir images",
            "mv status.json other", "ln status.json other", "ln -s status.json other", "chmod 600 status.json",
            "chown 0 status.json", "truncate -s 0 status.json", "setfattr -n user.a -v b status.json",
            "bash -c ': > status.json'", "bash -c 'echo >> new'", "mkfifo new", "cp status.json other",
            "rm -rf ../\(JobName.invoice)", "touch -d yesterday status.json", "dd if=/dev/null of=new",
        ])
    func changes(_ command: String) async throws {
        try await Rig.mounted { (_, mount) async throws in
            let refused = try await mount.shell("cd \"$M/jobs/\(JobName.invoice)\" || exit 9; \(command)")
            #expect(refused.status != 0 && refused.status != 9)
            #expect(refused.errors.contains("Read-only file system"), "\(refused.errors)")
        }
    }

    @Test("S1.7: files are 0400 and directories 0500 of the mounting user; --umask takes other bits")
    func modes() async throws {
        let script = "find \"$M\" \"$M/jobs/$1\" -printf '%y %m %U\\n' | sort -u"
        try await Rig.with { rig in
            let usual = try await rig.mounted { mount in try await mount.shell(script, [JobName.invoice]) }
            let user = try await Shell.run("id -u").lines.first ?? ""
            #expect(usual.lines == ["d 500 \(user)", "f 400 \(user)"])
            let open = try await rig.mounted(options: ["--umask", "022", "--uid", "4711"]) { mount in
                try await mount.shell(script, [JobName.invoice])
            }
            #expect(open.lines == ["d 555 4711", "f 444 4711"])
        }
    }

    private static let isRoot = getuid() == 0
    private static let asSomeoneElse = "setpriv --reuid=12345 --regid=12345 --clear-groups "

    @Test(
        "S1.7: another user is refused, whatever the umask", .enabled(if: isRoot, "needs root, to become someone else"))
    func anotherUser() async throws {
        try await Rig.mounted(options: ["--umask", "022"]) { (rig, mount) async throws in
            try await Shell.run("chmod 711 \"$1\"", [rig.scratch.path.string])
            #expect(try await mount.shell("ls \"$M\"").status == 0)
            for command in ["ls \"$M\"", "cat \"$M\"/README.txt", "stat \"$M\"/jobs/\(JobName.invoice)"] {
                let refused = try await mount.shell(Self.asSomeoneElse + command)
                #expect(refused.errors.contains("Permission denied"), "\(refused.errors)")
            }
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S1.7: --allow-other lets another user read", .enabled(if: isRoot, "needs root, to become someone else"))
    func allowOther() async throws {
        try await Rig.mounted(options: ["--allow-other", "--umask", "022"]) { (rig, mount) async throws in
            try await Shell.run("chmod 711 \"$1\"", [rig.scratch.path.string])
            let read = try await mount.shell(Self.asSomeoneElse + "cat \"$M/jobs/$1/result.md\"", [JobName.invoice])
            #expect(read.text == rig.emulator.markdown(of: JobName.invoice))
        }
    }

    @Test("the kernel reads 512 KiB ahead where the mounting user may ask for that")
    func readahead() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let script = """
                ahead=/sys/class/bdi/$(awk -v m="$M" '$5 == m { print $3 }' /proc/self/mountinfo)/read_ahead_kb
                # The mount can be used a moment before it has asked for that.
                for try in {1..400}; do test -w "$ahead" && [ "$(cat "$ahead")" = 128 ] || break; sleep 0.05; done
                cat "$ahead"; test -w "$ahead"; echo $?
                """
            let said = try await mount.shell(script)
            #expect(said.lines == ["512", "0"] || said.lines == ["128", "1"], "\(said.errors)")
        }
    }
}
