import ArtifactStore
import PulseAPI
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache

@Suite("The tree: jobs ahead", .timeLimit(.minutes(2)))
struct JobPrefetchTests {
    private static let first = ReadingRun<Int, Int>.firstWindow
    private static let afterListing = ReadingRun<Int, Int>.windowAfterListing
    private static let requests = RequestPattern.prefix("/job/")

    private static func name(_ number: Int) -> String { "job-\(number < 10 ? "0" : "")\(number)" }

    private static func configuration(_ count: Int) -> EmulatorConfiguration {
        EmulatorConfiguration(jobs: (1...count).map { .syntheticImages(id: name($0), count: 0, size: 1) })
    }

    /// Jobs that are known, and whose files were evicted.
    private static func evicted(_ tree: TestTree, _ emulator: Emulator, count: Int) async throws {
        for number in 1...count { _ = try await tree.lookup("jobs/\(name(number))") }
        _ = try await tree.library.store.prune(to: 0)
        tree.library.releaseOrphans()
        emulator.clearRequests()
    }

    @Test("S2.5 jobs read in the order of the listing: the next ones are on their way, each asked for once")
    func next() async throws {
        try await TestTree.with(Self.configuration(60)) { (tree, emulator) async throws in
            try await Self.evicted(tree, emulator, count: 60)
            _ = try await tree.text("jobs/\(Self.name(1))/result.md")
            try await emulator.waitUntilIdle()
            #expect(emulator.count(Self.requests) == 1)
            _ = try await tree.text("jobs/\(Self.name(2))/result.md")
            try await emulator.waitForRequests(2 + Self.first, matching: Self.requests)
            #expect(emulator.count(Self.requests) == 2 + Self.first)
            for number in 3...60 {
                #expect(try await tree.text("jobs/\(Self.name(number))/result.md") == "# 0 images\n")
            }
            #expect(emulator.fetchCounts.values.allSatisfy { $0 == 1 })
            #expect(emulator.count(Self.requests) == 60)
        }
    }

    @Test("S2.5 whoever lists the jobs and reads in the first reads on: what it reads of one is fetched of the next")
    func listed() async throws {
        try await TestTree.with(Self.configuration(40)) { (tree, emulator) async throws in
            try await Self.evicted(tree, emulator, count: 40)
            _ = try await tree.names("jobs", by: 7)
            _ = try await tree.content("jobs/\(Self.name(1))/status.json", by: 7)
            try await emulator.waitUntilIdle()
            #expect(emulator.count() == 0)
            _ = try await tree.content("jobs/\(Self.name(1))/result.md", by: 7)
            try await emulator.waitForRequests(1 + Self.afterListing, matching: Self.requests)
            #expect(emulator.count(Self.requests) == 1 + Self.afterListing)
        }
    }

    @Test("S2.5 what nobody has read of the jobs before is not asked for")
    func wanted() async throws {
        try await TestTree.with(Self.configuration(40)) { (tree, emulator) async throws in
            try await Self.evicted(tree, emulator, count: 40)
            for number in 1...40 { _ = try await tree.text("jobs/\(Self.name(number))/status.json") }
            try await emulator.waitUntilIdle()
            #expect(emulator.count() == 0)
        }
    }

    @Test("S2.5 looks at jobs, and reads in no order, ask for nothing else")
    func looks() async throws {
        try await TestTree.with(Self.configuration(40)) { (tree, emulator) async throws in
            try await Self.evicted(tree, emulator, count: 40)
            for number in 1...40 { _ = try await tree.names("jobs/\(Self.name(number))") }
            for number in [1, 20, 7, 30] { _ = try await tree.text("jobs/\(Self.name(number))/result.md") }
            try await emulator.waitUntilIdle()
            #expect(emulator.count(Self.requests) == 4)
        }
    }

    private static func hasParts(_ number: Int, _ library: JobLibrary) -> Bool {
        guard let job = JobID(name(number)).flatMap({ library.catalog.held($0) }) else { return false }
        return library.storedParts(of: job) != nil
    }

    @Test("S2.5 whoever lists each job and reads in it gets the parts of the next ones made ahead")
    func parts() async throws {
        try await TestTree.with(Self.configuration(60)) { (tree, emulator) async throws in
            try await Self.evicted(tree, emulator, count: 60)
            for number in 1...12 {
                // The result has to be here for its parts to be listed.
                _ = try await tree.text("jobs/\(Self.name(number))/result.md")
                _ = try await tree.names("jobs/\(Self.name(number))")
            }
            while !Self.hasParts(25, tree.library) { try await Task.sleep(for: .milliseconds(5)) }
            #expect(emulator.fetchCounts.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("S2.5 parts are not made ahead of whoever does not list them")
    func unlisted() async throws {
        try await TestTree.with(Self.configuration(60)) { (tree, emulator) async throws in
            try await Self.evicted(tree, emulator, count: 60)
            for number in 1...60 { _ = try await tree.text("jobs/\(Self.name(number))/result.md") }
            #expect(!(1...60).contains { Self.hasParts($0, tree.library) })
        }
    }
}
