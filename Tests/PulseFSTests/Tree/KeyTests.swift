import ArtifactStore
import FUSE
import JobCacheTestSupport
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: a key that is checked", .serialized)
struct KeyTests {
    private static let id = "invoice-2024-0117"
    private static let image = "jobs/\(id)/images/logo.png"
    private static let once = "loan-schedule-2024"

    /// Nodes of the job that the kernel may hold, its files read.
    private func warm(_ tree: TestTree) async throws -> [NodeID] {
        var nodes: [NodeID] = []
        for path in ["", "/result.md", "/status.json", "/images", "/images/logo.png"] {
            nodes.append(try await tree.node("jobs/\(Self.id)\(path)"))
        }
        _ = try await tree.content("jobs/\(Self.id)/result.md")
        _ = try await tree.content(Self.image)
        return nodes
    }

    private func expectClosed(_ tree: TestTree, _ nodes: [NodeID], sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        for node in nodes {
            await #expect(throws: Errno.permissionDenied, sourceLocation: sourceLocation) {
                try await tree.getattr(node)
            }
            for work in [0, 1] {
                await #expect(throws: Errno.self, sourceLocation: sourceLocation) {
                    if work == 0 {
                        _ = try await tree.answer(read: node, at: 0, count: 10).resolved()
                    } else {
                        _ = try await tree.answer("result.md", in: node).resolved()
                    }
                }
            }
        }
        for path in ["jobs/\(Self.id)", Self.image, "jobs/never-seen"] {
            #expect(await tree.failure(path) == .permissionDenied, sourceLocation: sourceLocation)
        }
        await #expect(throws: Errno.permissionDenied, sourceLocation: sourceLocation) { try await tree.names("jobs") }
        // The rest of the mount has nothing to do with the key.
        #expect(try await tree.names("") == ["README.txt", ".pulsefs", "jobs"], sourceLocation: sourceLocation)
        #expect(try await !tree.content("README.txt").isEmpty, sourceLocation: sourceLocation)
        #expect(try await tree.text(".pulsefs/version") == "version\n", sourceLocation: sourceLocation)
    }

    // MARK: Other keys of the cache

    @Test("S4.1 a new key of the organisation sees a job after one 200, and then its single-use result without a fetch")
    func singleUse() async throws {
        try await KeyRig.with { (rig) async throws in
            let content = try await rig.tree { (tree) async throws in
                try await tree.content("jobs/\(Self.once)/result.md")
            }
            #expect(rig.emulator.isDelivered(job: Self.once))
            rig.emulator.clearRequests()
            try await rig.tree(key: TestTree.secondNorthwind) { (tree) async throws in
                #expect(try await tree.names("jobs").isEmpty)
                #expect(try await tree.content("jobs/\(Self.once)/result.md") == content)
                #expect(try await tree.names("jobs") == [Self.once])
            }
            #expect(rig.emulator.requestCounts == ["/job/\(Self.once)": 1])
        }
    }

    @Test("S4.1 what the API cannot be asked about is not shown to a new key, and is not called absent or forbidden")
    func newKeyOffline() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in _ = try await warm(tree) }
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            try await rig.tree(key: TestTree.secondNorthwind) { (tree) async throws in
                #expect(await tree.failure(Self.image) == .ioError)
                #expect(try await tree.names("jobs").isEmpty)
            }
        }
    }

    @Test("S4.1 a 403 on a job is about that job alone: the key is not checked, and nothing else is closed")
    func otherJob() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                _ = try await warm(tree)
                #expect(await tree.failure("jobs/payroll-summary-2024-06") == .permissionDenied)
                #expect(try await !tree.content(Self.image).isEmpty)
                #expect(rig.emulator.count(KeyRig.check) == 0)
            }
        }
    }

    // MARK: A key that is refused

    @Test("S4.2 one 401 is a reason to check the key: one that is good closes nothing")
    func strayRefusal() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                let nodes = try await warm(tree)
                rig.emulator.set(.status(401), on: .path("/job/queue-0815"))
                #expect(await tree.failure("jobs/queue-0815") == .permissionDenied)
                #expect(rig.emulator.count(KeyRig.check) == 1)
                for node in nodes { _ = try await tree.getattr(node) }
                #expect(try await tree.names("jobs") == [Self.id])
            }
        }
    }

    @Test("S4.2 a 401 that is confirmed closes everything that the key read")
    func confirmedRefusal() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                let nodes = try await warm(tree)
                rig.emulator.revoke(key: TestTree.northwind)
                // What is cached makes no request, and so stays for now.
                #expect(try await !tree.content(Self.image).isEmpty)
                #expect(await tree.failure("jobs/queue-0815") == .permissionDenied)
                try await expectClosed(tree, nodes)
                #expect(tree.keyring.word == "refused")
                #expect(tree.keyring.closed?.words.contains("Invalid API key") == true)
                #expect(tree.keyring.closed?.words.contains(TestTree.northwind) == false)
                // Whoever tries makes no request.
                #expect(rig.emulator.count(KeyRig.check) == 1)
            }
        }
    }

    @Test("S4.2 what is only read from the cache is closed by the check that the ttl makes due")
    func ttl() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                let nodes = try await warm(tree)
                rig.emulator.revoke(key: TestTree.northwind)
                rig.clock.advance(by: KeyRules.defaultTTL - .seconds(1))
                await tree.keyring.tick(isInUse: true)
                #expect(rig.emulator.count(KeyRig.check) == 0)
                for node in nodes { _ = try await tree.getattr(node) }
                rig.clock.advance(by: .seconds(1))
                await tree.keyring.tick(isInUse: true)
                #expect(rig.emulator.count(KeyRig.check) == 1)
                try await expectClosed(tree, nodes)
            }
        }
    }

    @Test("S4.2 an account that is closed (403 of the check) closes as well")
    func closedAccount() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                let nodes = try await warm(tree)
                rig.emulator.set(.status(403), on: KeyRig.check)
                await rig.passTTL(tree)
                try await expectClosed(tree, nodes)
            }
        }
    }

    @Test("S4.2 a key that is good again opens everything at once, and nothing is fetched again")
    func goodAgain() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                let nodes = try await warm(tree)
                rig.emulator.revoke(key: TestTree.northwind)
                #expect(await tree.failure("jobs/queue-0815") == .permissionDenied)
                try await expectClosed(tree, nodes)
                for key in EmulatedKey.demo { rig.emulator.add(key: key) }
                rig.emulator.clearRequests()
                await rig.askAgain(tree)
                for node in nodes { _ = try await tree.getattr(node) }
                #expect(try await !tree.content(Self.image).isEmpty)
                #expect(try await tree.names("jobs") == [Self.id])
                #expect(rig.emulator.requestCounts == ["/job/pulsefs-key-check": 1])
                // What was refused a moment before is asked for, not refused from memory.
                #expect(try await tree.lookup("jobs/queue-0815") != nil)
            }
        }
    }

    @Test("S4.2 whoever waits while the key is refused is refused, whatever arrives")
    func waiting() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                _ = try await warm(tree)
                rig.emulator.set(.stallBeforeHeaders, on: .path("/job/queue-0815"))
                async let waiter = tree.failure("jobs/queue-0815")
                try await rig.emulator.waitForStalled(1)
                rig.emulator.revoke(key: TestTree.northwind)
                await rig.passTTL(tree)
                rig.emulator.clearFaults()
                #expect(await waiter == .permissionDenied)
            }
        }
    }

    // MARK: An API that does not answer

    @Test("S4.2 while the API does not answer, what is cached stays readable", arguments: [nil, 429, 500, 503])
    func unreachable(status: Int?) async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                _ = try await warm(tree)
                rig.emulator.set(status.map { .status($0) } ?? .resetBeforeHeaders, on: .any)
                await rig.passTTL(tree)
                await rig.passTTL(tree)
                // A connection that is reset before the answer may be tried again on a fresh one.
                #expect(rig.emulator.count(KeyRig.check) >= 2)
                #expect(try await !tree.content(Self.image).isEmpty)
                #expect(tree.keyring.word == "unconfirmed")
            }
        }
    }

    @Test("S4.2 with deny it is refused from then on, and back with the first good answer")
    func deny() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(rules: KeyRules(offline: .deny)) { (tree) async throws in
                let nodes = try await warm(tree)
                rig.emulator.set(.resetBeforeHeaders, on: .any)
                for node in nodes { _ = try await tree.getattr(node) }
                await rig.passTTL(tree)
                try await expectClosed(tree, nodes)
                rig.emulator.clearFaults()
                await rig.askAgain(tree)
                for node in nodes { _ = try await tree.getattr(node) }
            }
        }
    }

    @Test("S4.2 with deny, whoever comes after a long pause waits for the check instead of being refused")
    func denyAfterPause() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree(rules: KeyRules(offline: .deny)) { (tree) async throws in
                _ = try await warm(tree)
                await rig.passTTL(tree, isInUse: false)
                #expect(try await !tree.content(Self.image).isEmpty)
                #expect(rig.emulator.count(KeyRig.check) >= 1)
            }
        }
    }

    @Test("S4.2 a key that was refused when last seen stays closed without the API, and opens with it")
    func remembered() async throws {
        try await KeyRig.with { (rig) async throws in
            let nodes = try await rig.tree { (tree) async throws in
                let nodes = try await warm(tree)
                rig.emulator.revoke(key: TestTree.northwind)
                await rig.passTTL(tree)
                return nodes
            }
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            try await rig.tree { (tree) async throws in try await expectClosed(tree, nodes) }
            rig.emulator.clearFaults()
            for key in EmulatedKey.demo { rig.emulator.add(key: key) }
            try await rig.tree { (tree) async throws in
                #expect(try await !tree.content(Self.image).isEmpty)
                #expect(tree.keyring.word == "good")
            }
            try await rig.tree { (tree) async throws in
                rig.emulator.set(.resetBeforeHeaders, on: .any)
                #expect(try await !tree.content(Self.image).isEmpty)
            }
        }
    }
}
