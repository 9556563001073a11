import PulseTestSupport
import SystemPackage
import Testing

@testable import FUSE

@Suite("Extended attributes of a session", .timeLimit(.minutes(2)))
struct ExtendedAttributeTests {
    /// Runs Python with `p` the path of a file: `get(name, room)` and `list(room)` are the system calls, and give the bytes
    /// that came, the count alone when there is no room for any, or the name of the errno.
    private static func python(_ script: String, _ path: String) async throws -> [String] {
        let outcome = try await Shell.run(
            """
            python3 - "$1"/a <<'PY'
            import ctypes, errno, os, sys
            p = sys.argv[1]
            libc = ctypes.CDLL(None, use_errno=True)
            def call(function, room, *words):
                buffer = ctypes.create_string_buffer(room) if room else None
                count = function(os.fsencode(p), *words, buffer, ctypes.c_size_t(room))
                if count < 0: return errno.errorcode[ctypes.get_errno()]
                return buffer.raw[:count] if room else count
            def get(name, room): return call(libc.getxattr, room, name.encode())
            def list(room): return call(libc.listxattr, room)
            \(script)
            PY
            """, [path], timeout: 30)
        #expect(outcome.errors.isEmpty)
        return outcome.lines
    }

    private static func files(
        _ extended: [(String, [UInt8])], gate: Gate? = nil
    ) -> MemoryFileSystem {
        MemoryFileSystem([("a", .bytes([1]))], extended: extended, extendedGate: gate)
    }

    private static let two: [(String, [UInt8])] = [("user.one", Array("first".utf8)), ("user.two", [])]

    @Test("without the option the kernel asks once, is told that there is no such operation, and asks no more")
    func off() async throws {
        try await Self.files(Self.two).mounted { (session, path) async throws in
            let said = try await Self.python(
                """
                for _ in range(20): answers = {get("user.one", 100), get("security.selinux", 0), list(0), list(100)}
                print(answers)
                """, path)
            #expect(said == ["{'ENOTSUP'}"] || said == ["{'EOPNOTSUPP'}"])
            try await Shell.run("ls -l \"$1\"; getfattr -d \"$1\"/a", [path])
            #expect(session.counters.value(of: .getxattr) == 1 && session.counters.value(of: .listxattr) == 1)
        }
    }

    @Test("a value and the list of names come whole, as a size alone, or not at all where the room is too small")
    func sizes() async throws {
        let files = Self.files(Self.two)
        try await files.mounted(extendedAttributes: true) { (_, path) async throws in
            let said = try await Self.python(
                """
                print([get("user.one", room) for room in (0, 4, 5, 100)])
                print([get("user.two", room) for room in (0, 1)])
                print([list(room) for room in (0, 17, 18, 100)])
                print(get("user.three", 0), get("user.three", 100))
                """, path)
            #expect(
                said == [
                    "[5, 'ERANGE', b'first', b'first']", "[0, b'']",
                    "[18, 'ERANGE', b'user.one\\x00user.two\\x00', b'user.one\\x00user.two\\x00']", "ENODATA ENODATA",
                ])
        }
    }

    @Test("an answer that takes its time holds nobody else up, and comes as the others do")
    func later() async throws {
        let gate = Gate()
        let files = Self.files(Self.two, gate: gate)
        try await files.mounted(extendedAttributes: true) { (session, path) async throws in
            async let said = Self.python("print(get('user.one', 0), get('user.one', 3), list(100))", path)
            await gate.waitForWaiters(1)
            #expect(session.waiting == 1)
            #expect(try await Shell.run("cat \"$1\"/a", [path], timeout: 10).output == [1])
            gate.open()
            #expect(try await said == ["5 ERANGE b'user.one\\x00user.two\\x00'"])
        }
    }

    @Test("names that are not a user's are answered without the file system, and are in no list")
    func foreignNames() async throws {
        let names = [
            "security.selinux", "system.posix_acl_access", "trusted.x", "user.", "other",
            "user.\(String(repeating: "n", count: 251))",
        ]
        let files = Self.files(names.map { ($0, [1]) } + [("user.a\0b", [1]), ("user.b", [2])])
        try await files.mounted(extendedAttributes: true) { (_, path) async throws in
            let said = try await Self.python(
                "print(list(1000), get('security.selinux', 9), get('system.posix_acl_access', 9), get('trusted.x', 9))",
                path)
            #expect(said.count == 1 && said[0].hasPrefix("b'user.b\\x00' ENODATA E"), "\(said)")
            try await Shell.run("ls -l \"$1\"", [path])
            #expect(files.askedAttributes.isEmpty)
            #expect(try await Self.python("print(get('user.b', 9))", path) == ["b'\\x02'"])
            #expect(files.askedAttributes == ["user.b"])
        }
    }

    @Test("a value of 64 KiB comes whole, a longer one is E2BIG, and a list that is longer ends with a whole name")
    func limits() async throws {
        let many = (0..<3000).map { ("user.a-name-of-some-length-\($0)", [UInt8(1)]) }
        let large: [(String, [UInt8])] = [
            ("user.fits", Array(repeating: 7, count: 65_536)), ("user.not", Array(repeating: 7, count: 65_537)),
        ]
        try await Self.files(large + many).mounted(extendedAttributes: true) { (_, path) async throws in
            let said = try await Self.python(
                """
                print(get("user.fits", 0), len(get("user.fits", 65536)), get("user.fits", 65535))
                print(get("user.not", 0), get("user.not", 65536), get("user.not", 1000000))
                names = list(65536)
                print(list(0) == len(names) <= 65536, len(names) > 65500, names.endswith(b"\\0"), len(os.listxattr(p)))
                print(all(n.startswith(b"user.") for n in names.split(b"\\0")[:-1]))
                """, path)
            let count = AttributeList((large + many).map(\.0)).bytes.count { $0 == 0 }
            #expect(said == ["65536 65536 ERANGE", "E2BIG E2BIG E2BIG", "True True True \(count)", "True"])
        }
    }

    @Test("no attribute can be set or removed, with the option and without", arguments: [true, false])
    func readOnly(_ option: Bool) async throws {
        try await Self.files(Self.two).mounted(extendedAttributes: option) { (_, path) async throws in
            for words in ["-n user.one -v x", "-x user.one"] {
                let refused = try await Shell.run("setfattr \(words) \"$1\"/a", [path])
                #expect(refused.errors.contains("Read-only file system"), "\(refused.errors)")
            }
        }
    }
}
