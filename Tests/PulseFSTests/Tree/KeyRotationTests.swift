import ArtifactStore
import FUSE
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: a key that is replaced", .serialized)
struct KeyRotationTests {
    private static let id = "invoice-2024-0117"
    private static let file = "jobs/\(id)/result.md"
    private static let contosoJob = "payroll-summary-2024-06"

    @Test("S7.2 when the key is refused, the one that the file holds by now is used, and the reader notices nothing")
    func refused() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                let content = try await tree.content(Self.file)
                let node = try await tree.node(Self.file)
                try await rig.write(TestTree.secondNorthwind)
                rig.emulator.revoke(key: TestTree.northwind)
                rig.emulator.clearRequests()
                // Nobody looks at the file before there is a reason to.
                #expect(try await tree.content(Self.file) == content)
                #expect(rig.emulator.count() == 0)
                #expect(try await tree.lookup("jobs/queue-0815") != nil)
                #expect(rig.emulator.requests().first?.keyAlias == "unknown")
                #expect(rig.emulator.requests().dropFirst().allSatisfy { $0.keyAlias == "northwind-2" })
                // S4.1: the new key reads what the old one has read once the API has said so, through old nodes too.
                #expect(try await tree.names("jobs") == ["queue-0815"])
                #expect(try await tree.read(node, at: 0, count: 1 << 20) == content)
                #expect(try await tree.content(Self.file) == content)
                #expect(Set(try await tree.names("jobs")) == [Self.id, "queue-0815"])
                #expect(rig.emulator.requests(matching: .path("/job/\(Self.id)")).map(\.keyAlias) == ["northwind-2"])
            }
        }
    }

    @Test("S7.2 a new key in the file is in use after the next check, although the old one is still good")
    func due() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                _ = try await tree.content(Self.file)
                try await rig.write(TestTree.secondNorthwind)
                await rig.passTTL(tree)
                #expect(rig.emulator.requests(matching: KeyRig.check).map(\.keyAlias) == ["northwind-2"])
                _ = try await tree.lookup("jobs/queue-0815")
                #expect(rig.emulator.requests().last?.keyAlias == "northwind-2")
            }
        }
    }

    @Test(
        "S7.2: a change of the file is noticed within a second: another key is in use and asked about, once, whatever the ttl"
    )
    func noticed() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                _ = try await tree.content(Self.file)
                await tree.keyring.tick(isInUse: true)
                rig.emulator.clearRequests()
                // The same key: another file of the name, another time, other rights.
                try await rig.write(TestTree.northwind)
                await tree.keyring.tick(isInUse: true)
                try await rig.script("mv \"$1\" \"$1.old\"; cp \"$1.old\" \"$1\"; chmod 400 \"$1\"")
                for _ in 1...3 { await tree.keyring.tick(isInUse: true) }
                #expect(rig.emulator.count() == 0)
                try await rig.write(TestTree.secondNorthwind)
                // Also when nobody uses the mount.
                for _ in 1...3 { await tree.keyring.tick(isInUse: false) }
                #expect(rig.emulator.requests().map(\.keyAlias) == ["northwind-2"])
                #expect(rig.emulator.requests(matching: KeyRig.check).count == 1)
                #expect(tree.keyring.word == "good")
            }
        }
    }

    @Test("S7.2: a key that comes while the mount starts is not missed")
    func inBetween() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                // Nothing has looked at the file since the key was read.
                try await rig.write(TestTree.secondNorthwind)
                await tree.keyring.tick(isInUse: false)
                #expect(rig.emulator.requests().map(\.keyAlias) == ["northwind-2"])
            }
        }
    }

    @Test("S7.2: a file that cannot be used is complained about once, and the next good one is taken")
    func complaints() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                for text in ["two words", "three more words"] {
                    try await rig.write(text)
                    for _ in 1...3 { await tree.keyring.tick(isInUse: true) }
                }
                let lines = tree.library.events.text.split(separator: "\n").filter { $0.contains("holds no API key") }
                #expect(lines.count == 1)
                #expect(rig.emulator.count() == 0)
                try await rig.write(TestTree.secondNorthwind)
                await tree.keyring.tick(isInUse: true)
                #expect(rig.emulator.requests().map(\.keyAlias) == ["northwind-2"])
            }
        }
    }

    @Test("S4.1 a key of another organisation sees nothing of what its predecessor read, by name or by node")
    func otherOrganization() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                _ = try await tree.content(Self.file)
                let nodes = [try await tree.node("jobs/\(Self.id)"), try await tree.node(Self.file)]
                let listed = try await tree.getattr(Node.jobs.id).modified
                try await rig.write(TestTree.contoso)
                await rig.passTTL(tree)
                #expect(try await tree.names("jobs").isEmpty)
                // The kernel's copy of the listing is out of date.
                #expect(try await tree.getattr(Node.jobs.id).modified != listed)
                #expect(await tree.failure(Self.file) == .permissionDenied)
                for node in nodes {
                    await #expect(throws: Errno.permissionDenied) { try await tree.getattr(node) }
                    await #expect(throws: Errno.self) { try await tree.read(node, at: 0, count: 1) }
                }
                #expect(try await tree.lookup("jobs/\(Self.contosoJob)") != nil)
                #expect(try await tree.names("jobs") == [Self.contosoJob])
            }
        }
    }

    @Test("S1.2 a job that becomes known right after a change of the key is a change of the listing that is told")
    func listing() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                _ = try await tree.content(Self.file)
                let changes = ChangeCount()
                let listener = CatalogListener(of: tree.library.catalog, listing: { _ in changes.add() })
                defer { withExtendedLifetime(listener) {} }
                try await rig.write(TestTree.contoso)
                await rig.passTTL(tree)
                #expect(try await tree.names("jobs").isEmpty)
                #expect(try await tree.lookup("jobs/\(Self.contosoJob)") != nil)
                #expect(changes.value == 1)
            }
        }
    }

    private final class ChangeCount: Sendable {
        private let count = Mutex(0)

        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    @Test("S4.1 an answer that the old key gets after the change is not shown to the new one")
    func underWay() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                _ = try await tree.lookup("jobs/queue-0815")
                rig.emulator.set(.stallBeforeHeaders, on: .path("/job/\(Self.id)"), count: 1)
                async let waiter = tree.failure("jobs/\(Self.id)")
                try await rig.emulator.waitForStalled(1)
                try await rig.write(TestTree.contoso)
                await rig.passTTL(tree)
                // It does not wait for the old key's answer either.
                #expect(await tree.failure("jobs/\(Self.id)") == .permissionDenied)
                rig.emulator.release()
                #expect(await waiter == .permissionDenied)
                #expect(try await tree.names("jobs").isEmpty)
            }
        }
    }

    @Test(
        "S7.2 a file that holds no key keeps the old one in use",
        arguments: [
            "rm \"$1\"", ": > \"$1\"", "printf 'two words' > \"$1\"", "chmod 644 \"$1\"",
            "rm \"$1\"; mkdir \"$1\"",
        ])
    func badFile(script: String) async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                _ = try await tree.content(Self.file)
                try await rig.script(script)
                for _ in 1...3 { await rig.passTTL(tree) }
                #expect(tree.keyring.word == "good")
                #expect(try await tree.lookup("jobs/queue-0815") != nil)
                #expect(rig.emulator.requests().allSatisfy { $0.keyAlias == "northwind-1" })
            }
        }
    }

    @Test("S7.2 a good key that comes into the file opens what was closed, without a remount")
    func opens() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(fromFile: true) { (tree) async throws in
                let content = try await tree.content(Self.file)
                rig.emulator.revoke(key: TestTree.northwind)
                await rig.passTTL(tree)
                #expect(await tree.failure(Self.file) == .permissionDenied)
                // One that is no better, and one that is none at all.
                for text in ["no-better", "two words"] {
                    try await rig.write(text)
                    await rig.askAgain(tree)
                    #expect(await tree.failure(Self.file) == .permissionDenied)
                }
                try await rig.write(TestTree.secondNorthwind + "\n")
                await rig.askAgain(tree)
                #expect(try await tree.content(Self.file) == content)
                #expect(tree.keyring.word == "good")
            }
        }
    }

    @Test("S7.2 the key of the environment stays what it was")
    func environment() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                _ = try await tree.content(Self.file)
                try await rig.write(TestTree.secondNorthwind)
                await rig.passTTL(tree)
                #expect(rig.emulator.requests().allSatisfy { $0.keyAlias == "northwind-1" })
            }
        }
    }
}
