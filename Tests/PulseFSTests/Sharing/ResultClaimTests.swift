import ArtifactStore
import PulseAPI
import PulseEmulator
import PulseTestSupport
import SharedStore
import SystemPackage
import Testing
import Transfer

@testable import JobCache

/// Results that can be fetched only once, on machines that share a store in memory; everything about claims is quick.
@Suite("Results that machines claim", .timeLimit(.minutes(2)))
struct ResultClaimTests {
    private static let size = 300_000
    private static let markdown = SyntheticMarkdown(size: size).decodedBytes(in: 0..<size)
    private static let link = RequestPattern.path("/large_results/once")
    private static let path = "jobs/once/result.md"
    private static let job = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: size)

    private static func with(_ body: (FleetRig) async throws -> Void) async throws {
        try await FleetRig.with(adding: [job], body)
    }

    /// All of it is there.
    private static func read(_ tree: TestTree) async throws {
        let content = try await tree.content(path)
        #expect(content == markdown)
    }

    private static func events(_ tree: TestTree) throws -> [LedgerEvent] {
        try tree.library.store.ledger(origin: tree.library.origin, id: "once").map(\.event)
    }

    private static func result(_ tree: TestTree) async throws -> StoredArtifact? {
        try await tree.job("once")?.artifact(.result)
    }

    @Test("S8.2: of machines that want it at once one asks the link, and the others have the bytes from the store")
    func once() async throws {
        try await Self.with { rig in
            rig.emulator.set(.delay(.milliseconds(300)), on: Self.link)
            let owners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 1...4 {
                    group.addTask {
                        try await rig.machine(pace: 6) { tree in
                            try await Self.read(tree)
                            let isOwner = try #require(try await Self.result(tree)).isSingleUse
                            let events = try Self.events(tree)
                            #expect(isOwner ? events.starts(with: [.claimed, .delivered]) : events == [.taken])
                            return isOwner
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(rig.emulator.count(Self.link) == 1)
            #expect(owners.count { $0 } == 1)
            // Also on a machine that comes when all the others have ended.
            try await rig.machine(pace: 60) { try await Self.read($0) }
            #expect(rig.emulator.count(Self.link) == 1)
            for (name, bytes) in rig.objects.contents where name.hasPrefix("keep/") {
                #expect(bytes.starts(with: Array("PFSTORE1".utf8)), "\(name)")
            }
            #expect(rig.objects.contents.keys.count { $0.hasPrefix("keep/") } == 2)
        }
    }

    @Test("S8.4: a key of another organisation gets no byte of it")
    func otherKey() async throws {
        try await Self.with { rig in
            try await rig.machine(pace: 60) { _ = try await $0.content(Self.path) }
            try await rig.machine(key: TestTree.contoso, pace: 60) { tree in
                #expect(await tree.failure(Self.path) == .permissionDenied)
            }
            try await rig.machine(key: TestTree.secondNorthwind, pace: 60) { tree in
                try await Self.read(tree)
            }
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test("S8.2: what came from the store is evicted like anything else, and had from there again")
    func evicted() async throws {
        try await Self.with { rig in
            try await rig.machine(pace: 60) { _ = try await $0.content(Self.path) }
            try await rig.machine(pace: 60) { tree in
                try await Self.read(tree)
                let pruned = try await tree.library.store.prune(to: 0)
                #expect(pruned.evicted.files >= 2)
                try await Self.read(tree)
                #expect(try Self.events(tree) == [.taken, .taken])
            }
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test("S8.2: a claimant that has fallen silent is taken over from, and named")
    func takenOver() async throws {
        try await Self.with { rig in
            try await rig.plant(.claimed(.init(beat: 3, received: 77)), by: "worker-7", of: "once")
            try await rig.machine(pace: 60) { tree in
                let begin = ContinuousClock.now
                try await Self.read(tree)
                #expect(begin.duration(to: .now) >= ClaimRules().paced(by: 60).silence)
                #expect(tree.library.events.text.contains("in place of worker-7"))
                #expect(tree.library.sharing?.counts.claims[.takenOver] == 1)
            }
            #expect(rig.emulator.count(Self.link) == 1)
            let record = try #require(try await rig.claim(of: "once"))
            #expect(record.epoch == 2 && record.delivery?.size ?? 0 > UInt64(Self.size))
        }
    }

    @Test("S8.2: a claimant that goes on giving signs of life is waited for")
    func alive() async throws {
        try await Self.with { rig in
            let beating = Task {
                var beat: UInt64 = 0
                while !Task.isCancelled {
                    beat += 1
                    try await rig.plant(.claimed(.init(beat: beat, received: beat * 100)), by: "worker-7", of: "once")
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            try await rig.machine(pace: 12) { tree in
                let reading = Task { try await tree.content(Self.path) }
                let silence = ClaimRules().paced(by: 12).silence
                try await Task.sleep(for: silence * 2)
                #expect(rig.emulator.count(Self.link) == 0)
                beating.cancel()
                _ = await beating.result
                #expect(try await reading.value == Self.markdown)
            }
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test("S8.2: when the link is spent, error.txt names who had it, and what that machine brings later is found")
    func gone() async throws {
        try await Self.with { rig in
            // It had it all, and died before it could say so.
            rig.emulator.setFeatures { $0.links.spending = .whenAsked }
            let cache = rig.scratch.appending("owner")
            try await rig.machine(pace: 60, cache: cache, isAway: true, date: 3599) { tree in
                try await Self.read(tree)
            }
            #expect(rig.emulator.count(Self.link) == 1)
            try await rig.plant(.claimed(.init(beat: 3, received: 77)), by: "worker-7", of: "once")
            try await rig.machine(pace: 60) { tree in
                #expect(await tree.failure(Self.path) == .noSuchFileOrDirectory)
                let said = try await tree.text("jobs/once/error.txt")
                #expect(said.contains("worker-7 claimed it at") && said.contains("77 bytes"), "\(said)")
                // It is not asked again and again.
                #expect(await tree.failure(Self.path) == .noSuchFileOrDirectory)
                #expect(rig.emulator.count(Self.link) == 2)
                #expect(try Self.events(tree) == [.claimed, .gone])
                // The owner mounts again.
                try await rig.machine(pace: 60, cache: cache) { owner in
                    owner.library.beginAudit()
                    try await rig.eventually { try await rig.claim(of: "once")?.delivery != nil }
                }
                try await rig.eventually { await tree.failure(Self.path) == nil }
                try await Self.read(tree)
                #expect(await tree.failure("jobs/once/error.txt") == .noSuchFileOrDirectory)
            }
            #expect(rig.emulator.count(Self.link) == 2)
        }
    }

    @Test("S8.2: a store that has forgotten what it was given gets it again from who has it")
    func forgotten() async throws {
        try await Self.with { rig in
            let cache = rig.scratch.appending("owner")
            try await rig.machine(pace: 60, cache: cache) { _ = try await $0.content(Self.path) }
            let kept = rig.objects.contents.keys.filter { $0.hasPrefix("keep/") }
            #expect(kept.count == 2)
            for forgets in [["claim"], ["result"], ["claim", "result"]] {
                for name in rig.objects.contents.keys where name.hasPrefix("keep/") {
                    if forgets.contains(where: { name.contains("/\($0)") }) {
                        rig.objects.plant(nil, at: try #require(ObjectKey(name)))
                    }
                }
                if forgets == ["result"] {
                    try await rig.machine(pace: 60) { tree in
                        #expect(await tree.failure(Self.path) == .noSuchFileOrDirectory)
                        let said = try await tree.text("jobs/once/error.txt")
                        #expect(said.contains("no longer has it"), "\(said)")
                    }
                }
                try await rig.machine(pace: 60, cache: cache) { owner in
                    owner.library.beginAudit()
                    try await rig.eventually {
                        guard let delivery = try await rig.claim(of: "once")?.delivery else { return false }
                        return rig.objects.contents.keys.contains { $0.hasSuffix("result-\(delivery.object)") }
                    }
                    #expect(try Self.events(owner).last == .uploaded)
                }
                try await rig.machine(pace: 60) { try await Self.read($0) }
            }
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test("S8.2: without the store nobody claims until the last minutes, and with `wait` not then either")
    func away() async throws {
        try await Self.with { rig in
            // The hour is not nearly over.
            for late in [true, false] {
                try await rig.machine(isAway: true, late: late, patience: .seconds(1)) { tree in
                    #expect(await tree.failure(Self.path) == .timedOut)
                    #expect(tree.library.events.text.contains("which would know who fetches it, cannot be asked"))
                }
            }
            #expect(rig.emulator.count(Self.link) == 0)
            try await rig.machine(pace: 60, isAway: true, date: 3599) { tree in
                try await Self.read(tree)
                #expect(tree.library.sharing?.counts.claims[.late] == 1)
            }
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test("S8.2: a link that fails before its last byte is given back, and asked by whoever looks next")
    func released() async throws {
        try await Self.with { rig in
            rig.emulator.set(.status(500), on: Self.link)
            try await rig.machine(pace: 60) { tree in
                #expect(await tree.failure(Self.path) == .ioError)
                #expect(tree.library.sharing?.counts.claims[.released] == 1)
            }
            #expect(try await rig.claim(of: "once")?.word == "released")
            rig.emulator.clearFaults()
            let begin = ContinuousClock.now
            try await rig.machine(pace: 1) { try await Self.read($0) }
            #expect(begin.duration(to: .now) < ClaimRules().silence)
        }
    }

    @Test("S8.2: a claimant says again and again that it is there, and how many bytes it has")
    func beats() async throws {
        try await Self.with { rig in
            rig.emulator.set(.stallBody(afterBytes: 100_000), on: Self.link, count: 1)
            try await rig.machine(pace: 60) { tree in
                let reading = Task { try await Self.read(tree) }
                try await rig.emulator.waitForStalled(1, matching: Self.link)
                try await rig.eventually {
                    guard case .claimed(let progress)? = try await rig.claim(of: "once")?.state else { return false }
                    return progress.beat >= 4 && progress.received >= 50_000
                }
                rig.emulator.release()
                try await reading.value
            }
            #expect(rig.emulator.count(Self.link) == 1)
            #expect(try await rig.claim(of: "once")?.epoch == 1)
        }
    }

    @Test("S8.2: a claimant that cannot keep its claim, and has much to fetch yet, stops and looks who has it now")
    func cutOff() async throws {
        try await Self.with { rig in
            rig.emulator.set(.stallBody(afterBytes: 100_000), on: Self.link, count: 1)
            try await rig.machine(pace: 60, smallRest: 1000) { tree in
                let reading = Task { try await Self.read(tree) }
                try await rig.emulator.waitForStalled(1, matching: Self.link)
                rig.fail(.failed(.unavailable(.unreached(.refused))))
                // It lets go of the link.
                try await rig.emulator.waitUntilIdle()
                #expect(rig.emulator.count(Self.link) == 1)
                rig.fail(nil)
                try await reading.value
            }
            #expect(rig.emulator.count(Self.link) == 2)
            #expect(try await rig.claim(of: "once")?.delivery != nil)
        }
    }

    @Test("S8.2: what little is missing is fetched to the end also when the claim cannot be kept")
    func cutOffLate() async throws {
        try await Self.with { rig in
            rig.emulator.set(.stallBody(afterBytes: 100_000), on: Self.link, count: 1)
            let cache = rig.scratch.appending("owner")
            try await rig.machine(pace: 60, cache: cache) { tree in
                let reading = Task { try await Self.read(tree) }
                try await rig.emulator.waitForStalled(1, matching: Self.link)
                rig.fail(.failed(.unavailable(.unreached(.refused))))
                try await Task.sleep(for: ClaimRules().paced(by: 60).patience * 2)
                rig.emulator.release()
                try await reading.value
                #expect(try Self.events(tree) == [.claimed, .delivered])
            }
            rig.fail(nil)
            try await rig.machine(pace: 60, cache: cache) { owner in
                owner.library.beginAudit()
                try await rig.eventually { try await rig.claim(of: "once")?.delivery != nil }
            }
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test("S8.2: a mount that ends while it brings a result to the store waits for that, and is told so")
    func ending() async throws {
        try await Self.with { rig in
            rig.slow(.put, "/result-", by: JobLibrary.sharingGrace + .seconds(1))
            try await rig.machine(pace: 60) { try await Self.read($0) }
            #expect(try await rig.claim(of: "once")?.delivery != nil)
        }
    }

    @Test("S8.2: whoever may only read takes, and claims nothing")
    func readOnly() async throws {
        try await Self.with { rig in
            try await rig.machine(isWritten: false, patience: .seconds(1)) { tree in
                #expect(await tree.failure(Self.path) == .timedOut)
                let told = tree.library.events.text
                #expect(told.contains("no machine has claimed it in the shared store, and this one cannot write there"))
            }
            #expect(rig.objects.contents.keys.allSatisfy { !$0.hasPrefix("keep/") })
            #expect(rig.emulator.count(Self.link) == 0)
            try await rig.machine(pace: 60) { _ = try await $0.content(Self.path) }
            try await rig.machine(isWritten: false, pace: 60) { tree in
                try await Self.read(tree)
            }
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test("S8.2: where conditional writes are worth nothing each machine asks for itself, as without a store")
    func worthless() async throws {
        try await Self.with { rig in
            try await rig.machine(check: .fits(claims: false), pace: 60) { tree in
                try await Self.read(tree)
            }
            #expect(rig.objects.contents.keys.allSatisfy { !$0.hasPrefix("keep/") })
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }

    @Test(
        "S8.3: a claim or a result that does not open is an error, and nobody writes over it",
        arguments: ["claim", "result"])
    func damaged(_ part: String) async throws {
        try await Self.with { rig in
            try await rig.machine(pace: 60) { _ = try await $0.content(Self.path) }
            let name = try #require(
                rig.objects.contents.keys.first { $0.hasPrefix("keep/") && $0.contains("/\(part)") })
            let key = try #require(ObjectKey(name))
            let bytes = try #require(rig.objects.contents[name])
            let damaged = Array(bytes.dropLast(9)) + [UInt8](repeating: 7, count: 9)
            rig.objects.plant(damaged, at: key)
            try await rig.machine(pace: 60) { tree in
                #expect(await tree.failure(Self.path) == .ioError)
            }
            #expect(rig.objects.contents[name] == damaged)
            #expect(rig.emulator.count(Self.link) == 1)
        }
    }
}
