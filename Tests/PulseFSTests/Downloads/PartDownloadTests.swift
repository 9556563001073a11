import FUSE
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache

/// Large images that come in several parts at a time, and bodies that are cut off.
@Suite("The tree: files in parts", .timeLimit(.minutes(3)))
struct PartDownloadTests {
    private static let parts = PartGeometry(leastSize: 100_000, partSize: 100_000, width: 8, greatestWidth: 12)
    private static let part = 100_000
    private static let size = 5 * part - 1000
    private static let image = SyntheticImage(size: size, seed: 1)
    private static let file = "jobs/pictures/images/image_0001.png"
    private static let requests = RequestPattern.prefix("/results/pictures/images/")

    private static func job(size: Int) -> EmulatedJob { .syntheticImages(id: "pictures", count: 1, size: size) }

    private static var large: EmulatorConfiguration { EmulatorConfiguration(jobs: [job(size: size)]) }

    /// The ranges of the GETs, in order of their place in the file.
    private static func ranges(_ emulator: Emulator) -> [Range<Int>] {
        emulator.requests(matching: requests).filter { $0.method == "GET" }.compactMap { request in
            let ends = request.range?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } ?? []
            return ends.count == 2 ? ends[0]..<ends[1] + 1 : nil
        }.sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Whether ranges follow each other from the first byte to the last.
    private static func tile(_ ranges: [Range<Int>], size: Int) -> Bool {
        ranges.reduce(0 as Int?) { end, range in end == range.lowerBound ? range.upperBound : nil } == size
    }

    /// A look at a name that was listed asks for its size alone.
    private func list(_ tree: TestTree) async throws { _ = try await tree.names("jobs/pictures/images") }

    @Test(
        "S2.2 S2.3 a large image comes in parts, all asked for once the first bytes have come, no byte twice, and is whole"
    )
    func parts() async throws {
        try await TestTree.with(Self.large, parts: Self.parts) { (tree, emulator) async throws in
            try await list(tree)
            let node = try await tree.node(Self.file)
            emulator.set(.stallBody(afterBytes: 900), on: Self.requests)
            let reader = Task { try await tree.read(node, at: 0, count: 1000) }
            try await emulator.waitForStalled(5)
            #expect(Self.tile(Self.ranges(emulator), size: Self.size))
            emulator.clearFaults()
            #expect(try await reader.value == Self.image.bytes(in: 0..<1000))
            #expect(try await tree.content(Self.file) == Self.image.bytes)
            #expect(Self.ranges(emulator).count == 5)
            #expect(emulator.count(Self.requests, method: "GET") == 5)
        }
    }

    @Test("S2.3 what a reader waits for is asked for first, though all other parts are stuck")
    func seek() async throws {
        let size = 30 * Self.part
        try await TestTree.with(EmulatorConfiguration(jobs: [Self.job(size: size)]), parts: Self.parts) {
            (tree, emulator) async throws in
            try await list(tree)
            let node = try await tree.node(Self.file)
            let image = SyntheticImage(size: size, seed: 1)
            let first = Fault(.stallBody(afterBytes: 900), on: Self.requests, count: Self.parts.width)
            emulator.set(first)
            let front = Task { try await tree.read(node, at: 0, count: 1000) }
            try await emulator.waitForStalled(Self.parts.width)
            let place = 20 * Self.part + 12_345
            #expect(
                try await tree.read(node, at: UInt64(place), count: 7_000) == image.bytes(in: place..<place + 7_000))
            #expect(Self.ranges(emulator).contains { $0.lowerBound == place })
            emulator.clearFaults()
            #expect(try await front.value == image.bytes(in: 0..<1000))
            #expect(try await tree.content(Self.file) == image.bytes)
            #expect(Self.tile(Self.ranges(emulator), size: size))
        }
    }

    @Test("a server without ranges, or without HEAD, gives whole images too", arguments: [true, false], [true, false])
    func features(head: Bool, ranges: Bool) async throws {
        // Larger than what is fetched for the sake of the size alone.
        let size = 5 * 300_000 - 1000
        let parts = PartGeometry(leastSize: 300_000, partSize: 300_000, width: 8, greatestWidth: 12)
        var configuration = EmulatorConfiguration(jobs: [Self.job(size: size)])
        (configuration.features.head, configuration.features.ranges) = (head, ranges)
        try await TestTree.with(configuration, parts: parts) { (tree, emulator) async throws in
            try await list(tree)
            #expect(try await tree.lookup(Self.file)?.attributes.size == UInt64(size))
            await tree.library.downloads.waitUntilIdle()
            emulator.clearRequests()
            #expect(try await tree.content(Self.file) == SyntheticImage(size: size, seed: 1).bytes)
            #expect(Self.ranges(emulator).count == (ranges ? 5 : 0))
            #expect(emulator.count(Self.requests, method: "GET") == (ranges ? 5 : 1))
        }
    }

    @Test("a server that says it serves ranges and does not gives whole images too")
    func ignored() async throws {
        try await TestTree.with(Self.large, parts: Self.parts) { (tree, emulator) async throws in
            try await list(tree)
            _ = try await tree.node(Self.file)
            emulator.setFeatures { $0.ranges = false }
            #expect(try await tree.content(Self.file) == Self.image.bytes)
        }
    }

    @Test(
        "S5.1 a body that is cut goes on where it was cut, and no byte comes twice",
        arguments: [Fault.Effect.cutBody(afterBytes: 40_000), .resetBody(afterBytes: 40_000)])
    func resumed(effect: Fault.Effect) async throws {
        try await TestTree.with(Self.large, parts: Self.parts) { (tree, emulator) async throws in
            try await list(tree)
            _ = try await tree.node(Self.file)
            emulator.set(effect, on: Self.requests)
            #expect(try await tree.content(Self.file) == Self.image.bytes)
            let starts = Set(Self.ranges(emulator).map(\.lowerBound))
            #expect(starts.count == Self.ranges(emulator).count)
            #expect(starts.count > 10)
        }
    }

    @Test("S5.1 where a body cannot go on it is fetched again from the start", arguments: [1, 2])
    func restarted(cuts: Int) async throws {
        let size = 400_000
        var configuration = EmulatorConfiguration(jobs: [Self.job(size: size)])
        configuration.features.ranges = false
        try await TestTree.with(configuration, parts: Self.parts) { (tree, emulator) async throws in
            try await list(tree)
            emulator.set(Fault(.cutBody(afterBytes: 100_000), on: Self.requests, method: "GET", count: cuts))
            #expect(try await tree.content(Self.file) == SyntheticImage(size: size, seed: 1).bytes)
            #expect(emulator.count(Self.requests, method: "GET") == cuts + 1)
            #expect(Self.ranges(emulator).isEmpty)
        }
    }

    @Test("a small body that is cut goes on by a range where the server serves them")
    func smallResumed() async throws {
        let size = 400_000
        try await TestTree.with(EmulatorConfiguration(jobs: [Self.job(size: size)])) {
            (tree, emulator) async throws in
            try await list(tree)
            emulator.set(Fault(.cutBody(afterBytes: 300_000), on: Self.requests, method: "GET", count: 1))
            #expect(try await tree.content(Self.file) == SyntheticImage(size: size, seed: 1).bytes)
            #expect(emulator.count(Self.requests, method: "GET") == 2)
            let resumed = try #require(Self.ranges(emulator).first)
            #expect(Self.ranges(emulator).count == 1 && resumed.upperBound == size && resumed.lowerBound > 0)
        }
    }

    @Test(
        "parts of two versions of a file never become one file, though the server heed If-Range or not",
        arguments: [true, false])
    func changed(heedsIfRange: Bool) async throws {
        try await TestTree.with(Self.large, parts: Self.parts) { (tree, emulator) async throws in
            try await list(tree)
            emulator.setFeatures { $0.ifRange = heedsIfRange }
            _ = try await tree.node(Self.file)
            // Three parts come, two wait until the file is another one of the same size.
            emulator.set(Fault(.stallBeforeHeaders, on: Self.requests, skipping: 3))
            let reader = Task { try await tree.content(Self.file) }
            try await emulator.waitForStalled(2)
            while emulator.requests(matching: Self.requests).count(where: { $0.progress == .complete }) < 4 {
                await Task.yield()
            }
            // Nobody who has no bytes yet is any the worse for the change.
            _ = try await tree.read(try await tree.node(Self.file), at: 0, count: 1000)
            let other = EmulatedImage(
                filename: "image_0001.png", content: ByteSource(SyntheticImage(size: Self.size, seed: 99)))
            var job = Self.job(size: Self.size)
            job.images = [other]
            emulator.add(job: job)
            emulator.clearFaults()
            await #expect(throws: Errno.staleNFSFileHandle) { try await reader.value }
            await tree.library.downloads.waitUntilIdle()
            #expect(try await tree.content(Self.file) == SyntheticImage(size: Self.size, seed: 99).bytes)
        }
    }

    @Test(
        "S1.5 a file that is shorter than was told has no such range: an error to its reader, then right to all who look"
    )
    func shorter() async throws {
        try await TestTree.with(Self.large, parts: Self.parts) { (tree, emulator) async throws in
            try await list(tree)
            let node = try await tree.node(Self.file)
            let size = Self.part / 2
            emulator.add(job: Self.job(size: size))
            await #expect(throws: Errno.ioError) {
                try await tree.read(node, at: UInt64(Self.size - 1000), count: 1000)
            }
            await tree.library.downloads.waitUntilIdle()
            #expect(try await tree.getattr(node).size == UInt64(size))
            #expect(try await tree.content(Self.file) == SyntheticImage(size: size, seed: 1).bytes)
        }
    }

    @Test("S5.3 readers of a large image leave, and it still becomes whole for the next, without another request")
    func left() async throws {
        try await TestTree.with(Self.large, parts: Self.parts) { (tree, emulator) async throws in
            try await list(tree)
            let node = try await tree.node(Self.file)
            emulator.set(.stallBody(afterBytes: 10_000), on: Self.requests)
            _ = try await tree.read(node, at: 0, count: 1000)
            try await emulator.waitForStalled(5)
            let readers = (0..<5).map { number in
                Task { try await tree.read(node, at: UInt64(number * Self.part + 50_000), count: 1000) }
            }
            for reader in readers { reader.cancel() }
            for reader in readers { await #expect(throws: Errno.interrupted) { try await reader.value } }
            emulator.clearFaults()
            #expect(try await tree.content(Self.file) == Self.image.bytes)
            #expect(emulator.count(Self.requests, method: "GET") == 5)
        }
    }
}
