import ArtifactStore
import JobCacheTestSupport
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

/// What is fetched before anyone reads it, and what is not.
@Suite("The tree: images ahead", .timeLimit(.minutes(2)))
struct ImagePrefetchTests {
    private static let images = "jobs/pictures/images"
    private static let requests = RequestPattern.prefix("/results/pictures/images/")
    private static let first = ReadingRun<Int, Int>.firstWindow
    private static let afterListing = ReadingRun<Int, Int>.windowAfterListing

    private static func name(_ number: Int) -> String { EmulatedJob.syntheticImageName(number) }

    private static func pictures(_ count: Int, size: Int) -> EmulatorConfiguration {
        EmulatorConfiguration(jobs: [.syntheticImages(id: "pictures", count: count, size: size)])
    }

    /// The numbers of the images that were asked for with GET.
    private static func fetched(_ emulator: Emulator) -> [Int] {
        emulator.requests(matching: requests).filter { $0.method == "GET" }
            .compactMap { Int($0.path.dropFirst("/results/pictures/images/image_".count).dropLast(4)) }
    }

    /// By nobody who reads: a look at a name that was listed asks for its size alone.
    private static func list(_ tree: TestTree) async throws { _ = try await tree.names(images) }

    private static func look(_ tree: TestTree, _ numbers: some Sequence<Int>) async throws {
        for number in numbers { #expect(try await tree.lookup("\(images)/\(name(number))") != nil) }
    }

    private static func read(_ tree: TestTree, _ numbers: some Sequence<Int>, size: Int, by thread: Int32 = 0)
        async throws
    {
        for number in numbers {
            let content = try await tree.content("\(images)/\(name(number))", by: thread)
            #expect(content == SyntheticImage(size: size, seed: UInt64(number)).bytes)
        }
    }

    @Test("S2.5 two images read in order: the next ones are on their way before anyone asks, and come once")
    func next() async throws {
        try await TestTree.with(Self.pictures(100, size: 5_000)) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.read(tree, [1], size: 5_000)
            try await emulator.waitUntilIdle()
            #expect(Self.fetched(emulator) == [1])
            try await Self.read(tree, [2], size: 5_000)
            try await emulator.waitForRequests(2 + 2 + Self.first, matching: Self.requests)
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator).sorted() == Array(1...2 + Self.first))
            try await Self.read(tree, 3...100, size: 5_000)
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator).sorted() == Array(1...100))
        }
    }

    @Test(
        "S2.5 whoever lists the images and reads one reads on: the next are on their way with the first, once a listing"
    )
    func listed() async throws {
        try await TestTree.with(Self.pictures(100, size: 5_000)) { (tree, emulator) async throws in
            try await Self.list(tree)
            _ = try await tree.names(Self.images, by: 7)
            try await Self.read(tree, [50], size: 5_000, by: 8)
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator) == [50])
            try await Self.read(tree, [10], size: 5_000, by: 7)
            while Self.fetched(emulator).count < 2 + Self.afterListing { await Task.yield() }
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator).sorted() == Array(10...10 + Self.afterListing) + [50])
            try await Self.read(tree, [80], size: 5_000, by: 7)
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator).count == Self.afterListing + 3)
        }
    }

    @Test("S2.5 whoever reads on gets bytes that came while the one before was read")
    func onTheirWay() async throws {
        try await TestTree.with(Self.pictures(30, size: 5_000)) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.read(tree, 1...2, size: 5_000)
            try await emulator.waitForRequests(2 + 2 + Self.first, matching: Self.requests)
            await tree.library.downloads.waitUntilIdle()
            // Nothing is answered any more, and nothing has to be.
            emulator.set(.stallBeforeHeaders, on: Self.requests)
            try await Self.read(tree, 3...2 + Self.first, size: 5_000)
            emulator.clearFaults()
        }
    }

    @Test("S2.5 looks at names and sizes start no download, in whatever order, nor do reads in none")
    func looks() async throws {
        try await TestTree.with(Self.pictures(40, size: 5_000)) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.look(tree, 1...40)
            try await Self.read(tree, [3, 30, 10, 25, 12], size: 5_000)
            try await Self.look(tree, 1...40)
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator) == [3, 30, 10, 25, 12])
        }
    }

    @Test("S2.5 images are read by name where that is not the order of the listing, and backwards")
    func orders() async throws {
        var job = EmulatedJob.syntheticImages(id: "pictures", count: 40, size: 5_000)
        let boxes = (1...40).reversed().map { number -> JSONNode in
            ["id": .string("\(number)"), "image_url": .hosted("/results/pictures/images/\(Self.name(number))")]
        }
        job.result = .inline(["markdown": "x", "bounding_boxes": ["Images": .array(boxes)]])
        try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
            try await Self.list(tree)
            #expect(try await tree.names(Self.images).first == Self.name(40))
            try await Self.read(tree, 1...2, size: 5_000)
            try await emulator.waitForRequests(2 + 2 + Self.first, matching: Self.requests)
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator).sorted() == Array(1...2 + Self.first))
        }
        try await TestTree.with(Self.pictures(40, size: 5_000)) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.read(tree, [30, 29], size: 5_000)
            try await emulator.waitForRequests(2 + 2 + Self.first, matching: Self.requests)
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator).sorted() == Array(29 - Self.first...30))
        }
    }

    @Test("S2.5 the size of what is read next comes with its bytes, to the thread that reads, and to no other without")
    func sizeWithBytes() async throws {
        try await TestTree.with(Self.pictures(5, size: 5_000)) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.read(tree, [1], size: 5_000, by: 7)
            let directory = try await tree.node(Self.images)
            _ = try await tree.answer(Self.name(2), in: directory, by: 7).resolved()
            await tree.library.downloads.waitUntilIdle()
            #expect(Self.fetched(emulator) == [1, 2])
        }
        for (number, thread) in [(2, 8), (3, 7), (2, 0)] as [(Int, Int32)] {
            try await TestTree.with(Self.pictures(5, size: 5_000)) { (tree, emulator) async throws in
                try await Self.list(tree)
                try await Self.read(tree, [1], size: 5_000, by: thread == 0 ? 0 : 7)
                let directory = try await tree.node(Self.images)
                _ = try await tree.answer(Self.name(number), in: directory, by: thread).resolved()
                await tree.library.downloads.waitUntilIdle()
                #expect(Self.fetched(emulator) == [1])
            }
        }
    }

    @Test("S2.5 what nobody follows is given up: when reading goes on elsewhere, and after a while")
    func givenUp() async throws {
        for leaps in [true, false] {
            let clock = StillClock()
            try await TestTree.with(Self.pictures(100, size: 5_000), clock: clock) { (tree, emulator) async throws in
                try await Self.list(tree)
                try await Self.look(tree, 1...100)
                try await Self.read(tree, [80, 1], size: 5_000)
                emulator.set(.stallBeforeHeaders, on: .regex("image_00(0[3-9]|1)"))
                try await Self.read(tree, [2], size: 5_000)
                try await emulator.waitForStalled(Self.first)
                if leaps {
                    _ = try await tree.read(try await tree.node("\(Self.images)/\(Self.name(80))"), at: 0, count: 10)
                }
                tree.library.sweepAhead()
                #expect(emulator.stalledRequests == Self.first)
                clock.advance(by: ImagePrefetch.patience)
                tree.library.sweepAhead()
                await tree.library.downloads.waitUntilIdle()
                try await emulator.waitUntilIdle()
                emulator.clearFaults()
                #expect(emulator.requests(matching: Self.requests).count { $0.progress == .broken } == Self.first)
                // Given up is not failed.
                try await Self.read(tree, [3], size: 5_000)
            }
        }
    }

    @Test("what a reader has come to want is not given up")
    func wanted() async throws {
        let clock = StillClock()
        try await TestTree.with(Self.pictures(100, size: 5_000), clock: clock) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.look(tree, 1...100)
            try await Self.read(tree, [80, 1], size: 5_000)
            emulator.set(.stallBeforeHeaders, on: .regex("image_00(0[3-9]|1)"))
            try await Self.read(tree, [2], size: 5_000)
            try await emulator.waitForStalled(Self.first)
            let slot = ArtifactSlot.firstImage.rawValue + 4
            let job = try #require(try await tree.job("pictures"))
            let reader = Task {
                try await tree.read(Node.file(job.ordinal, ArtifactSlot(slot)).id, at: 0, count: 100)
            }
            while !tree.library.downloads.isWanted(Self.name(5), of: job) { await Task.yield() }
            _ = try await tree.read(try await tree.node("\(Self.images)/\(Self.name(80))"), at: 0, count: 10)
            clock.advance(by: ImagePrefetch.patience)
            tree.library.sweepAhead()
            while emulator.stalledRequests > 1 { await Task.yield() }
            emulator.clearFaults()
            #expect(try await reader.value == SyntheticImage(size: 5_000, seed: 5).bytes(in: 0..<100))
        }
    }

    @Test("S2.5 whoever waits long for a slow server is followed all the same")
    func slowServer() async throws {
        let clock = StillClock()
        try await TestTree.with(Self.pictures(100, size: 5_000), clock: clock) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.look(tree, 1...100)
            try await Self.read(tree, [1], size: 5_000)
            emulator.set(.stallBeforeHeaders, on: .regex("image_0002"))
            let job = try #require(try await tree.job("pictures"))
            let slots = (1...3).map { ArtifactSlot(ArtifactSlot.firstImage.rawValue + $0) }
            let reader = Task {
                try await tree.read(Node.file(job.ordinal, slots[0]).id, at: 0, count: 100, by: 7)
            }
            try await emulator.waitForStalled(1)
            clock.advance(by: ImagePrefetch.patience * 2)
            tree.library.sweepAhead()
            let images = tree.library.reader.ahead.images
            #expect(images.expectsRead(of: slots[1], of: job, by: 7))
            emulator.clearFaults()
            _ = try await reader.value
            #expect(images.expectsRead(of: slots[1], of: job, by: 7))
            clock.advance(by: ImagePrefetch.patience)
            #expect(!images.expectsRead(of: slots[1], of: job, by: 7))
        }
    }

    @Test("S2.5 what is fetched ahead is bounded in bytes, more so before anyone has followed")
    func bounded() async throws {
        let size = 2_500_000
        try await TestTree.with(Self.pictures(60, size: size)) { (tree, emulator) async throws in
            try await Self.list(tree)
            try await Self.look(tree, 1...60)
            emulator.set(.stallBody(afterBytes: 200_000), on: Self.requests)
            func begin(_ number: Int) async throws {
                let node = try await tree.node("\(Self.images)/\(Self.name(number))")
                _ = try await tree.read(node, at: 0, count: 1000)
            }
            for number in 1...2 { try await begin(number) }
            // Two that are read and three ahead: a fourth would be more than 8 MiB.
            try await emulator.waitForStalled(5)
            #expect(Set(Self.fetched(emulator)) == [1, 2, 3, 4, 5])
            try await begin(3)
            // 26 of them are less than 64 MiB, the one that is being read included.
            try await emulator.waitForStalled(2 + 26)
            #expect(Set(Self.fetched(emulator)) == Set(1...28))
            emulator.clearFaults()
            await tree.library.downloads.waitUntilIdle()
        }
    }
}
