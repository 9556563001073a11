import PulseTestSupport
import SystemPackage
import Testing

@testable import FUSE

@Suite("Session", .timeLimit(.minutes(2)))
struct SessionTests {
    private func withSession<Value>(
        _ fileSystem: MemoryFileSystem, _ body: (Session, String) async throws -> Value
    ) async throws -> Value {
        try await fileSystem.mounted(body)
    }

    @Test("files are listed, stated and read whole")
    func files() async throws {
        let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withSession(MemoryFileSystem([("a", .bytes(Array("hello".utf8))), ("b", .bytes(large))])) {
            (_, path) async throws in
            #expect(try await Shell.run("ls -a \"$1\"", [path]).lines == [".", "..", "a", "b"])
            #expect(try await Shell.run("stat -c '%s %a' \"$1\"/b", [path]).text == "3000000 400\n")
            #expect(try await Shell.run("cat \"$1\"/b", [path]).output == large)
            #expect(try await Shell.run("cat \"$1\"/missing", [path]).status == 1)
            #expect(try await Shell.run("touch \"$1\"/new", [path]).errors.contains("Read-only"))
        }
    }

    @Test("a directory of thousands is listed whole, over many pages")
    func manyEntries() async throws {
        let names = (0..<5000).map { "entry-with-a-rather-long-name-\($0)" }
        try await withSession(MemoryFileSystem(names.map { ($0, .bytes([1])) })) { (_, path) async throws in
            let listed = try await Shell.run("ls -U \"$1\"", [path]).lines
            #expect(listed == names)
            #expect(try await Shell.run("ls -l \"$1\" | wc -l", [path]).text == "5001\n")
        }
    }

    @Test("a second read of everything reaches the session not at all")
    func zeroMessages() async throws {
        let names = (0..<200).map { "f\($0)" }
        try await withSession(MemoryFileSystem(names.map { ($0, .bytes(Array($0.utf8))) })) {
            (session, path) async throws in
            let first = try await Shell.run("cat \"$1\"/*", [path]).output
            // The kernel may give pages up when it wants their memory: then they are read once more.
            var isSilent = false
            for _ in 1...5 where !isSilent {
                let before = Operation.allCases.map { session.counters.value(of: $0) }
                #expect(try await Shell.run("cat \"$1\"/f{0..199}", [path]).output.count == first.count)
                isSilent = before == Operation.allCases.map { session.counters.value(of: $0) }
            }
            #expect(isSilent)
            // One open told the kernel to send no more of them.
            #expect(session.counters.value(of: .open) == 1)
        }
    }

    @Test("every reference handed out comes back when the kernel drops the names")
    func references() async throws {
        let names = (0..<500).map { "f\($0)" }
        let fileSystem = MemoryFileSystem(names.map { ($0, .bytes([7])) })
        try await withSession(fileSystem) { (session, path) async throws in
            try await Shell.run("ls -l \"$1\"; stat \"$1\"/f1 \"$1\"/f499; ls -l \"$1\"", [path])
            #expect(session.counters.references >= 500)
            for name in names { try session.invalidate(name, in: .root) }
            // FORGET comes when it comes: each request that is answered was preceded by what was queued before it.
            for _ in 0..<100 where session.counters.references > 0 { try await Shell.run("ls \"$1\"/none", [path]) }
            #expect(session.counters.references == 0)
            #expect(fileSystem.forgottenCount >= 500)
            #expect(throws: Errno.noSuchFileOrDirectory) { try session.invalidate("none at all", in: .root) }
        }
    }

    @Test("forty stuck lookups delay nothing else")
    func stuckLookups() async throws {
        let gate = Gate()
        let files: [(String, MemoryFileSystem.Content)] =
            [("free", .bytes([1]))] + (0..<40).map { ("stuck\($0)", .gated([2], gate)) }
        try await withSession(MemoryFileSystem(files)) { (session, path) async throws in
            async let readers = Shell.run(
                "for i in {0..39}; do cat \"$1\"/stuck$i & done; wait", [path], timeout: 60)
            await gate.waitForWaiters(40)
            #expect(session.waiting == 40)
            #expect(
                try await Shell.run("cat \"$1\"/free; stat \"$1\"/free; ls \"$1\"", [path], timeout: 10).status == 0)
            gate.open()
            #expect(try await readers.output == Array(repeating: 2, count: 40))
        }
    }

    @Test("a killed reader leaves at once, and the others stay", arguments: ["KILL", "INT", "TERM"])
    func killedReader(_ signal: String) async throws {
        let gate = Gate()
        let fileSystem = MemoryFileSystem([("stuck", .gated(Array("whole".utf8), gate)), ("also", .gated([9], gate))])
        try await withSession(fileSystem) { (_, path) async throws in
            async let patient = Shell.run("cat \"$1\"/stuck", [path])
            await gate.waitForWaiters(1)
            async let killed = Shell.run(
                """
                set -m; cat "$1"/also & reader=$!
                # Wait until it sleeps in the file system, then end it.
                until grep -q request_wait_answer /proc/$reader/wchan; do [ -d /proc/$reader ] || exit 9; done
                kill -\(signal) $reader; wait $reader; echo $?
                """, [path], timeout: 20)
            let number = ["KILL": 137, "INT": 130, "TERM": 143][signal]
            #expect(try await killed.text == "\(number ?? 0)\n")
            gate.open()
            #expect(try await patient.text == "whole")
        }
    }

    @Test("a program with a restarting timer never sees EINTR, and can be killed afterwards")
    func restartingTimer() async throws {
        let gate = Gate()
        try await withSession(MemoryFileSystem([("stuck", .gated(Array("whole".utf8), gate))])) {
            (session, path) async throws in
            async let reader = Shell.run(
                """
                python3 - "$1"/stuck <<'PY'
                # open(2) itself: Python's own open would hide an EINTR by trying again.
                import ctypes, os, signal, sys
                libc = ctypes.CDLL(None, use_errno=True)
                signal.signal(signal.SIGALRM, lambda *_: None)
                signal.siginterrupt(signal.SIGALRM, False)
                signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
                file = libc.open(os.fsencode(sys.argv[1]), os.O_RDONLY)
                signal.setitimer(signal.ITIMER_REAL, 0)
                print(os.read(file, 100).decode() if file >= 0 else os.strerror(ctypes.get_errno()))
                PY
                """, [path], timeout: 30)
            await gate.waitForWaiters(1)
            // The kernel tells of the first signal; by then the timer has fired.
            while session.counters.value(of: .interrupt) == 0, session.waiting > 0 { await Task.yield() }
            gate.open()
            #expect(try await reader.text == "whole\n")
        }
    }

    @Test("a session whose mount is refused says why")
    func refusedMount() async throws {
        let session = try Session(
            serving: MemoryFileSystem([]),
            options: MountOptions(mountpoint: "/proc/nowhere/at/all", source: "test", subtype: "pulsefs-test"))
        #expect(throws: MountError.self) { try session.mount() }
    }
}
