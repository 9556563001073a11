import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Crawlers on a mount", .takingTurns, .timeLimit(.minutes(10)))
struct CrawlerTests {
    /// `cat` under another name.
    private func program(_ name: String, _ rig: Rig) async throws -> String {
        let path = rig.scratch.appending(name).string
        let made = try await Shell.run("cp \"$(command -v cat)\" \"$1\"", [path])
        try #require(made.status == 0, "\(made.errors)")
        return path
    }

    @Test("S7.7 updatedb causes no request where cat does, and reads what is cached")
    func updatedb() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let updatedb = try await program("updatedb", rig)
            let file = mount.path.appending("jobs/\(JobName.invoice)/result.md").string
            let unknown = try await Shell.run("\"$1\" \"$2\"", [updatedb, file])
            #expect(unknown.status == 1 && unknown.errors.contains("No such file"))
            #expect(rig.emulator.requests().isEmpty)
            // What it did not see is there for others at once.
            let text = try await Shell.run("cat \"$1\"", [file])
            #expect(text.text == rig.emulator.markdown(of: JobName.invoice))
            #expect(rig.emulator.requests().count == 1)
            #expect(try await Shell.run("\"$1\" \"$2\"", [updatedb, file]).output == text.output)
            let image = mount.path.appending("jobs/\(JobName.invoice)/images/logo.png").string
            let refused = try await Shell.run("\"$1\" \"$2\"", [updatedb, image])
            #expect(refused.status == 1 && refused.errors.contains("Permission denied"))
            #expect(rig.emulator.requests().count == 1)
            #expect(try await Shell.run("cat \"$1\"", [image]).status == 0)
            #expect(
                try await Shell.run("\"$1\" \"$2\"", [updatedb, image]).output
                    == rig.emulator.imageBytes("logo.png", of: JobName.invoice))
        }
    }

    @Test(
        "S7.7 programs of Debian's timer and of desktops are known by the file that they run, whatever they call themselves"
    )
    func files() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let id = "loan-schedule-2024"
            try await mount.shell("stat \"$M/jobs/$1/status.json\"", [id])
            rig.emulator.clearRequests()
            for name in ["updatedb.plocate", "updatedb.mlocate", "recollindex"] {
                let path = rig.scratch.appending("\(name)").string
                try await Shell.run("cp \"$(readlink -f /usr/bin/python3)\" \"$1\"", [path])
                // A name of its own for the thread; the file is what tells.
                for rename in ["", "open('/proc/self/comm', 'w').write('worker')"] {
                    let walked = try await Shell.run(
                        """
                        "$1" - "$2" <<'PY'
                        import os, sys
                        \(rename)
                        for place, _, files in os.walk(sys.argv[1]):
                            for file in files:
                                try: open(os.path.join(place, file)).read(1)
                                except OSError: pass
                        PY
                        """, [path, mount.path.appending("jobs").appending(id).string])
                    #expect(walked.status == 0, "\(walked.errors)")
                    #expect(rig.emulator.requests().isEmpty, "\(name) \(rename): \(rig.emulator.requestCounts)")
                }
            }
            #expect(!rig.emulator.isDelivered(job: id))
        }
    }

    @Test("S7.7 --no-fetch names the programs, of which the first 15 bytes count; an empty one is none")
    func named() async throws {
        try await Rig.with { (rig) async throws in
            let long = try await program("my-thumbnail-maker-2", rig)
            let updatedb = try await program("updatedb", rig)
            try await rig.mounted(options: ["--no-fetch", "other, my-thumbnail-maker-2"]) { (mount) async throws in
                let file = mount.path.appending("jobs/\(JobName.invoice)/result.md").string
                #expect(try await Shell.run("\"$1\" \"$2\"", [long, file]).status == 1)
                #expect(rig.emulator.requests().isEmpty)
                #expect(try await Shell.run("\"$1\" \"$2\"", [updatedb, file]).status == 0)
            }
            try await rig.mounted(
                cache: rig.scratch.appending("other"), environment: ["PULSEFS_NO_FETCH": ""]
            ) { (mount) async throws in
                let file = mount.path.appending("jobs/\(JobName.invoice)/result.md").string
                #expect(try await Shell.run("\"$1\" \"$2\"", [updatedb, file]).status == 0)
            }
        }
    }

    @Test("S7.7 S1.6 a find for files by a crawler over known jobs makes no request; df and the root never wait")
    func walk() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            try await mount.shell(
                "cat \"$M/jobs/$1/result.md\"; stat \"$M/jobs/$2\"",
                [
                    JobName.invoice, JobName.processing,
                ])
            rig.emulator.set(.stallBeforeHeaders, on: .any)
            rig.emulator.clearRequests()
            let find = rig.scratch.appending("updatedb").string
            let walked = try await mount.shell(
                "cp \"$(command -v find)\" \"$1\"; \"$1\" \"$M\" -ls; df \"$M\"; stat \"$M\"; test -r \"$M\"; ls \"$M\"",
                [find],
                timeout: 20)
            #expect(walked.status == 0 && walked.text.contains("\(JobName.invoice)/result.md"))
            #expect(walked.text.contains(JobName.processing) && walked.errors.contains("Permission denied"))
            #expect(rig.emulator.requests().isEmpty, "\(rig.emulator.requestCounts)")
        }
    }
}
