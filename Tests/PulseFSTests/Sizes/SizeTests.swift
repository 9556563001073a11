import FUSE
import PulseAPI
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@testable import PulseFS

/// What sizes of images cost, and that they are right, whatever a server makes of HEAD.
@Suite("The tree: sizes before bytes", .timeLimit(.minutes(2)))
struct SizeTests {
    private static let count = 100
    private static let size = 3_000
    private static let images = "jobs/pictures/images"
    private static let requests = RequestPattern.prefix("/results/pictures/images/")
    private static let pictures = EmulatorConfiguration(
        jobs: [.syntheticImages(id: "pictures", count: count, size: size)])

    private static func name(_ number: Int) -> String { EmulatedJob.syntheticImageName(number) }

    private static func job(count: Int, size: Int) -> EmulatorConfiguration {
        EmulatorConfiguration(jobs: [.syntheticImages(id: "pictures", count: count, size: size)])
    }

    /// What `ls -l` asks, one name after the other; returns the sizes.
    private func list(_ tree: TestTree) async throws -> [UInt64] {
        let directory = try await tree.node(Self.images)
        var sizes: [UInt64] = []
        for entry in try await tree.entries(Self.images, limit: 1000) {
            guard case .found(let found) = try await tree.answer(entry.name, in: directory).resolved() else { continue }
            sizes.append(found.attributes.size)
        }
        return sizes
    }

    @Test("S2.4 `ls -l` of 100 images costs 100 HEADs, 16 at a time: eight rounds, and no download")
    func rounds() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            _ = try await tree.node(Self.images)
            // Every request waits until all that can be under way are: each release is a round.
            emulator.set(.stallBeforeHeaders, on: Self.requests)
            let listing = Task { try await list(tree) }
            var rounds = 0
            var answered = 0
            while answered < Self.count {
                let width = rounds == 0 ? 1 : min(16, Self.count - answered)
                try await emulator.waitForRequests(answered + width, matching: Self.requests)
                while emulator.requests(matching: Self.requests).count(where: { $0.progress == .complete }) < answered {
                    await Task.yield()
                }
                try await emulator.waitForStalled(width)
                #expect(emulator.activeRequests == width)
                emulator.release()
                answered += width
                rounds += 1
            }
            #expect(try await listing.value == Array(repeating: UInt64(Self.size), count: Self.count))
            #expect(rounds == 8)
            #expect(emulator.count(Self.requests, method: "HEAD") == Self.count)
            #expect(emulator.count(Self.requests, method: "GET") == 0)
        }
    }

    @Test("S5.4 sizes that are asked ahead and do not come hold up no reader's question")
    func stuckRun() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            _ = try await tree.node("\(Self.images)/\(Self.name(1))")
            emulator.set(.stallBeforeHeaders, on: .regex("image_00(0[3-9]|1[0-8])"))
            _ = try await tree.node("\(Self.images)/\(Self.name(2))")
            try await emulator.waitForStalled(16)
            for number in [50, 60] {
                let entry = try await tree.lookup("\(Self.images)/\(Self.name(number))")
                #expect(entry?.attributes.size == UInt64(Self.size))
            }
            #expect(emulator.activeRequests == 16)
            emulator.clearFaults()
        }
    }

    @Test("a size that is asked ahead goes before the others as soon as a reader waits for it")
    func raised() async throws {
        let scheduler = RequestScheduler(ceiling: 2, clock: ManualClock())
        try await TestTree.with(Self.pictures, scheduler: scheduler) { (tree, emulator) async throws in
            let directory = try await tree.node(Self.images)
            _ = try await tree.answer(Self.name(1), in: directory).resolved()
            emulator.set(.stallBeforeHeaders, on: Self.requests)
            // The second look sets off the others: 3 is under way, 4 to 17 wait.
            let second = Task { try await tree.answer(Self.name(2), in: directory).resolved() }
            let underWay = RequestScheduler.Snapshot(inFlight: 2, limit: 2, queuedPrefetch: 14)
            while scheduler.snapshot != underWay { await Task.yield() }
            try await emulator.waitForStalled(2)
            let reader = Task { try await tree.answer(Self.name(10), in: directory).resolved() }
            while scheduler.snapshot.queuedForeground == 0 { await Task.yield() }
            #expect(scheduler.snapshot.queuedPrefetch == 13)
            emulator.release()
            // Both places are free: one for the reader, one for the next of the others, in whatever order they arrive.
            try await emulator.waitForRequests(5, matching: Self.requests)
            #expect(emulator.count(.regex(Self.name(10))) == 1)
            emulator.clearFaults()
            _ = try await (second.value, reader.value)
            #expect(emulator.count(.regex(Self.name(10))) == 1)
        }
    }

    @Test("S2.4 sizes are kept: after a remount nothing is asked, and each image still costs one GET")
    func kept() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(Self.pictures) { (emulator) async throws in
                let cache = scratch.appending("cache")
                let sizes = try await TestTree.with(emulator.baseURL, cache: cache) { try await list($0) }
                try await emulator.waitUntilIdle()
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    #expect(try await list(tree) == sizes)
                    #expect(emulator.count() == 0)
                    let bytes = SyntheticImage(size: Self.size, seed: 7).bytes
                    for _ in 1...2 { #expect(try await tree.content("\(Self.images)/\(Self.name(7))") == bytes) }
                }
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    _ = try await tree.content("\(Self.images)/\(Self.name(7))")
                    #expect(try await list(tree) == sizes)
                }
                #expect(emulator.fetchCounts == ["/results/pictures/images/\(Self.name(7))": 1])
                #expect(emulator.count() == 1)
            }
        }
    }

    @Test("S2.1 S2.5 `ls` asks for nothing, and a look at one image for that one")
    func plain() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            #expect(try await tree.names(Self.images).count == Self.count)
            #expect(emulator.count(Self.requests) == 0)
            #expect(try await tree.lookup("\(Self.images)/\(Self.name(50))")?.attributes.size == UInt64(Self.size))
            try await emulator.waitUntilIdle()
            #expect(emulator.requests(matching: Self.requests).map(\.method) == ["HEAD"])
        }
    }

    @Test(
        "S2.4 where HEAD is refused, not known or without a length, sizes come with GETs of which small images are kept",
        arguments: [nil, Fault.Effect.status(501), .status(400), .status(403), .status(404), .html, .chunked])
    func withoutHead(effect: Fault.Effect?) async throws {
        var configuration = Self.job(count: 20, size: Self.size)
        configuration.features.head = effect != nil
        try await TestTree.with(configuration) { (tree, emulator) async throws in
            if let effect { emulator.set(Fault(effect, on: Self.requests, method: "HEAD")) }
            #expect(try await list(tree) == Array(repeating: UInt64(Self.size), count: 20))
            #expect(emulator.count(Self.requests, method: "HEAD") == 1)
            for number in 1...20 {
                let bytes = SyntheticImage(size: Self.size, seed: UInt64(number)).bytes
                #expect(try await tree.content("\(Self.images)/\(Self.name(number))") == bytes)
            }
            #expect(emulator.count(Self.requests, method: "GET") == 20)
        }
    }

    @Test("S2.4 where HEAD is refused, large images do not come unless someone reads them")
    func largeWithoutHead() async throws {
        let size = 40_000_000
        var configuration = Self.job(count: 5, size: size)
        configuration.features.head = false
        try await TestTree.with(configuration) { (tree, emulator) async throws in
            #expect(try await list(tree) == Array(repeating: UInt64(size), count: 5))
            try await emulator.waitUntilIdle()
            #expect(emulator.requests(matching: Self.requests).allSatisfy { $0.bytesSent < size })
            #expect(emulator.count(Self.requests, method: "GET") == 5)
            let node = try await tree.node("\(Self.images)/\(Self.name(2))")
            let image = SyntheticImage(size: size, seed: 2)
            #expect(try await tree.read(node, at: 0, count: 1000) == image.bytes(in: 0..<1000))
            #expect(try await tree.read(node, at: 39_999_000, count: 1000) == image.bytes(in: 39_999_000..<40_000_000))
        }
    }

    @Test(
        "a server that answers everything with a page has no sizes to give, and nothing is absent", arguments: [1, 5])
    func page(count: Int) async throws {
        try await TestTree.with(Self.job(count: count, size: Self.size)) { (tree, emulator) async throws in
            _ = try await tree.node(Self.images)
            emulator.set(.html, on: Self.requests)
            #expect(await tree.failure("\(Self.images)/\(Self.name(1))") == .ioError)
            emulator.clearFaults()
            #expect(try await list(tree) == Array(repeating: UInt64(Self.size), count: count))
        }
    }

    @Test("a 404 to HEAD is absence where HEAD is known to tell the truth, and where GET says so too")
    func absent() async throws {
        try await TestTree.with(Self.job(count: 2, size: Self.size)) { (tree, emulator) async throws in
            _ = try await tree.names(Self.images)
            emulator.set(Fault(.status(404), on: Self.requests))
            #expect(try await tree.lookup("\(Self.images)/\(Self.name(1))") == nil)
            #expect(emulator.requests(matching: Self.requests).map(\.method) == ["HEAD", "GET"])
        }
        try await TestTree.with(Self.job(count: 2, size: Self.size)) { (tree, emulator) async throws in
            _ = try await tree.names(Self.images)
            _ = try await tree.node("\(Self.images)/\(Self.name(2))")
            emulator.set(Fault(.status(404), on: Self.requests))
            emulator.clearRequests()
            #expect(try await tree.lookup("\(Self.images)/\(Self.name(1))") == nil)
            #expect(emulator.requests(matching: Self.requests).map(\.method) == ["HEAD"])
        }
    }

    @Test("S4.3 an image at another place is asked for its size there, without the key")
    func otherPlace() async throws {
        try await Emulator.with(Self.job(count: 1, size: Self.size)) { (files) async throws in
            let url = "http://localhost:\(files.port)/results/pictures/images/\(Self.name(1))"
            let result: JSONNode = [
                "markdown": "x", "bounding_boxes": ["Images": [["id": "a", "image_url": .string(url)]]],
            ]
            let job = EmulatedJob(id: "elsewhere", result: .inline(result))
            try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
                #expect(await tree.failure("jobs/elsewhere/images/\(Self.name(1))") == .permissionDenied)
                #expect(files.requests().map(\.method) == ["GET"])
                _ = try await tree.names("jobs/elsewhere/images")
                #expect(await tree.failure("jobs/elsewhere/images/\(Self.name(1))") == .permissionDenied)
                #expect(files.requests().map(\.method) == ["GET", "HEAD", "GET"])
                #expect(files.requests().allSatisfy { $0.keyAlias == nil })
                #expect(emulator.count(.prefix("/results")) == 0)
            }
        }
    }

    @Test("a download that is under way says the size: nobody asks for it, and a read has asked for nothing but bytes")
    func underWay() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            emulator.set(.stallBody(afterBytes: 1000), on: Self.requests)
            let entry = try #require(try await tree.entries(Self.images).first)
            _ = try await tree.read(entry.node, at: 0, count: 1000)
            #expect(try await tree.lookup("\(Self.images)/\(entry.name)")?.attributes.size == UInt64(Self.size))
            #expect(emulator.requests(matching: Self.requests).map(\.method) == ["GET"])
            emulator.clearFaults()
        }
    }

    @Test("32 who ask for one size ask once")
    func joined() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            let directory = try await tree.node(Self.images)
            emulator.set(.stallBeforeHeaders, on: Self.requests)
            let readers = (1...32).map { _ in Task { try await tree.answer(Self.name(1), in: directory).resolved() } }
            try await emulator.waitForStalled(1)
            emulator.clearFaults()
            for reader in readers {
                guard case .found(let entry) = try await reader.value else {
                    Issue.record("absent")
                    continue
                }
                #expect(entry.attributes.size == UInt64(Self.size))
            }
            #expect(emulator.count(Self.requests) == 1)
        }
    }

    @Test(
        "S1.5 an image that has another size than HEAD had said is an error to its reader, then right to all who look",
        arguments: [1_000, 5_000], [false, true])
    func wrong(size: Int, isChunked: Bool) async throws {
        try await TestTree.with(Self.job(count: 2, size: Self.size)) { (tree, emulator) async throws in
            let path = "\(Self.images)/\(Self.name(1))"
            _ = try await tree.names(Self.images)
            let node = try await tree.node(path)
            emulator.add(job: .syntheticImages(id: "pictures", count: 2, size: size))
            if isChunked { emulator.set(.chunked, on: Self.requests) }
            await #expect(throws: Errno.ioError) { try await tree.read(node, at: 0, count: Self.size) }
            // Until it is looked at again, whoever reads goes by the wrong size.
            await #expect(throws: Errno.ioError) { try await tree.read(node, at: 0, count: Self.size) }
            #expect(try await tree.getattr(node).size == UInt64(size))
            #expect(try await tree.content(path) == SyntheticImage(size: size, seed: 1).bytes)
            #expect(emulator.count(Self.requests, method: "GET") == 1)
        }
    }
}
