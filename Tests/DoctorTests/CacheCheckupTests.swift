import ArtifactStore
import PulseAPI
import PulseTestSupport
import SettingsTestSupport
import System
import SystemPackage
import Testing

@testable import Doctor

@Suite("What the doctor says of the cache and the settings")
struct CacheCheckupTests {
    private func outcomes(
        fileSystem: String? = "ext4", limits: StoreLimits = .standard, _ directory: CacheInspection.Directory = .usable,
        _ change: (inout CacheInspection) -> Void = { _ in }
    ) -> [String: Checkup.Outcome] {
        var inspection = CacheInspection(directory)
        (inspection.freeBytes, inspection.diskBytes) = (500, 1000)
        change(&inspection)
        let examination = CachePlace(
            path: "/c", limits: limits, inspection: inspection, fileSystem: fileSystem)
        return examination.checkups.reduce(into: [:]) { $0[$1.name] = $1.outcome }
    }

    @Test("S7.6 a cache that is the user's alone, on a local disk with room, is fine; so is one that is yet to be made")
    func fine() {
        #expect(outcomes() == ["cache": .ok, "space": .ok, "integrity": .ok])
        let absent = outcomes(.absent(below: "/", isWritable: true))
        #expect(absent == ["cache": .ok, "space": .ok, "integrity": .skipped])
    }

    @Test("S4.4 a cache that is refused, or cannot be made, is a failure")
    func refused() {
        #expect(outcomes(.refused(StoreError(.refused, "others write it")))["cache"] == .failure)
        #expect(outcomes(.absent(below: "/", isWritable: false))["cache"] == .failure)
        #expect(outcomes { $0.seenByOthers = ["/c"] }["cache"] == .warning)
        #expect(outcomes { $0.writing = StoreError(.system, "full", cause: .noSpace) }["cache"] == .warning)
    }

    @Test("a cache on a network file system is a warning", arguments: ["nfs4", "cifs", "fuse.sshfs", "9p"])
    func network(_ type: String) {
        #expect(outcomes(fileSystem: type)["cache"] == .warning)
        #expect(outcomes(fileSystem: type, .absent(below: "/", isWritable: true))["cache"] == .warning)
        #expect(outcomes(fileSystem: "fuseblk")["cache"] == .ok)
        #expect(outcomes(fileSystem: nil)["cache"] == .ok)
    }

    @Test("S7.6 a disk whose last 5 % are used is a warning")
    func space() {
        #expect(outcomes { $0.freeBytes = 51 }["space"] == .ok)
        #expect(outcomes { $0.freeBytes = 50 }["space"] == .warning)
        #expect(outcomes { $0.freeBytes = nil }["space"] == .skipped)
    }

    @Test("S7.6 damage is a warning, as it is mended when it is met; a newer index is a failure")
    func integrity() {
        #expect(outcomes { $0.index = .whole(jobs: 3) }["integrity"] == .ok)
        #expect(outcomes { $0.index = .newer }["integrity"] == .failure)
        #expect(outcomes { $0.index = .damaged("x") }["integrity"] == .warning)
        #expect(outcomes { $0.index = .unreadable("x") }["integrity"] == .warning)
        #expect(outcomes { $0.sample.damaged = ["/c/a"] }["integrity"] == .warning)
        #expect(outcomes { $0.sample.unreadable = ["/c/a"] }["integrity"] == .warning)
        #expect(outcomes { $0.leftoverClaims = 1 }["integrity"] == .ok)
    }

    @Test("the settings fail with every problem but the key's, and a key in a file that others read is a warning")
    func settings() async throws {
        try await SettingsRig.with { (rig) async throws in
            #expect(SettingsExamination(rig.sources()).checkup.outcome == .ok)
            #expect(SettingsExamination(rig.sources(["PULSEFS_TIMEOUT": "x"])).checkup.outcome == .failure)
            #expect(
                SettingsExamination(rig.sources(["PULSE_API_URL": "http://other.example"])).checkup.outcome == .warning)
            try await rig.write("api_key = \"k-2\"\n", to: rig.official, mode: "644")
            let open = SettingsExamination(rig.sources(["PULSE_API_KEY": "k-1"])).checkup
            #expect(open.outcome == .warning && !open.found.contains("k-2"))
            #expect(open.remedy?.hasSuffix("chmod 600 \(rig.official)") == true)
        }
    }

    @Test("S4.5 settings that others can write are a failure, as they are for a mount")
    func writableByOthers() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("api-url = \"https://evil.example.com\"\n", to: rig.own, mode: "666")
            let found = SettingsExamination(rig.sources(["PULSE_API_KEY": "k-1"])).checkup
            #expect(found.outcome == .failure && found.found.contains("can be written by others"))
        }
    }

    @Test("S7.2 where the official tools' file has no key, the keychain is named, in which they may keep it")
    func keychain() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("api_url = \"https://a.example\"\n", to: rig.official)
            let found = KeyExamination(state: .unusable(KeyExamination.problems(rig.sources()))).checkup
            #expect(found.outcome == .failure && found.found.contains("keychain"))
        }
    }

    @Test("S4.3 an address that cannot be made out is not asked, and no other is in its place")
    func noOtherAddress() async throws {
        try await SettingsRig.with { (rig) async throws in
            #expect(ExaminedSettings(rig.sources()).origin == .production)
            #expect(ExaminedSettings(rig.sources(["PULSE_API_URL": "nonsense"])).origin == nil)
            try await rig.write("api-url = \"https://pulse.example\nno", to: rig.own)
            #expect(ExaminedSettings(rig.sources()).origin == nil)
            #expect(ExaminedSettings(rig.sources()).cacheDirectory == nil)
        }
    }

    @Test("looking at a cache makes nothing, and leaves nothing behind")
    func looking() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = scratch.appending("cache")
            guard case .absent(scratch.path, isWritable: true) = CacheInspection(of: path).directory else {
                Issue.record("it is not absent")
                return
            }
            do { await (try ArtifactStore(at: path)).close() }
            let names = try await Shell.run("find \"$1\" -type f -not -name 'index.sqlite-*' | sort", [path.string])
                .lines
            let inspection = CacheInspection(of: path)
            #expect(inspection.writing == nil && inspection.index == .whole(jobs: 0) && inspection.sample.files == 0)
            #expect(
                try await Shell.run("find \"$1\" -type f -not -name 'index.sqlite-*' | sort", [path.string]).lines
                    == names)
        }
    }

    @Test(
        "words of a command line can be pasted",
        arguments: [("/a/b-c.d", "/a/b-c.d"), ("a b", "'a b'"), ("a'b", #"'a'\''b'"#), ("", "''")])
    func words(_ text: String, _ word: String) {
        #expect(ShellWord.quoted(text) == word)
    }

    @Test("a program that does not end is not waited for")
    func brief() throws {
        #expect(try BriefProgram.run(["echo", "hello"], within: 10) == .init(output: "hello\n", status: 0))
        #expect(try BriefProgram.run(["false"], within: 10).end == "exit 1")
        #expect(try BriefProgram.run(["sh", "-c", "kill -9 $$"], within: 10).end == "signal 9")
        #expect(throws: BriefProgram.Trouble.notStarted(.noSuchFileOrDirectory)) {
            try BriefProgram.run(["/nonexistent/program"], within: 10)
        }
        let begin = ContinuousClock.now
        #expect(throws: BriefProgram.Trouble.tookTooLong) { try BriefProgram.run(["sleep", "60"], within: 1) }
        #expect(begin.duration(to: .now) < .seconds(30))
    }
}
