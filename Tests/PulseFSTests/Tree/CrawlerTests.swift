import FUSE
import Foundation
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS
@testable import Settings

@Suite("Crawlers", .timeLimit(.minutes(2)))
struct CrawlerTests {
    private static let crawler: Int32 = 7
    private static let job = "invoice-2024-0117"

    private static func crawlers() -> Crawlers {
        Crawlers(["updatedb"], find: { $0 == crawler ? ["updatedb"] : ["cat"] })
    }

    @Test("S7.7 names are compared as the kernel keeps them, and a thread of another pid namespace is none")
    func names() {
        let long = Crawlers(["tracker-miner-fs-3"], find: { $0 == 1 ? ["tracker-miner-f"] : ["tracker-miner"] })
        #expect(long.contains(1) && !long.contains(2) && !long.contains(0) && !long.contains(-1))
        let ofProcess = Crawlers(["tumblerd"], find: { _ in ["pool-3", "tumblerd"] })
        #expect(ofProcess.contains(5))
        #expect(CrawlerNames.listed(in: " a b , c,,") == ["a b", "c"] && CrawlerNames.listed(in: "").isEmpty)
    }

    @Test("S7.7 a thread is looked at once a second, and without names never")
    func cached() {
        let looks = Atomic<Int>(0)
        let time = Atomic<UInt64>(5)
        let find: @Sendable (Int32) -> [String] = { thread in
            looks.wrappingAdd(1, ordering: .relaxed)
            return thread == 3 ? ["updatedb"] : ["cat"]
        }
        let crawlers = Crawlers(["updatedb"], find: find, second: { time.load(ordering: .relaxed) })
        for _ in 1...100 { #expect(crawlers.contains(3) && !crawlers.contains(4)) }
        #expect(looks.load(ordering: .relaxed) == 2)
        // The same place of the table.
        #expect(!crawlers.contains(3 + 256) && crawlers.contains(3))
        #expect(looks.load(ordering: .relaxed) == 4)
        time.store(6, ordering: .relaxed)
        #expect(crawlers.contains(3))
        #expect(looks.load(ordering: .relaxed) == 5)
        #expect(!Crawlers([], find: find).contains(3))
        #expect(looks.load(ordering: .relaxed) == 5)
    }

    @Test("a thread's own names are found")
    func own() {
        #expect(!ProcessNames.of(Int32(getpid())).isEmpty)
        #expect(ProcessNames.of(Int32.max).isEmpty)
    }

    @Test("S7.7 an unknown job is absent for a crawler, and there for whoever looks next")
    func unknown() async throws {
        try await TestTree.with(crawlers: Self.crawlers()) { (tree, emulator) async throws in
            #expect(try await tree.lookup("jobs/\(Self.job)", by: Self.crawler) == nil)
            guard case .now(.absent(.none)) = tree.answer(Self.job, in: Node.jobs.id, by: Self.crawler) else {
                Issue.record("the kernel would keep it")
                return
            }
            #expect(emulator.count() == 0)
            #expect(try await tree.lookup("jobs/\(Self.job)", by: 8) != nil)
            #expect(try await tree.lookup("jobs/\(Self.job)", by: Self.crawler) != nil)
            #expect(emulator.count() == 1)
        }
    }

    @Test("S7.7 what is cached is read, and what is not is EACCES without a request, sizes included")
    func cachedFiles() async throws {
        try await TestTree.with(crawlers: Self.crawlers()) { (tree, emulator) async throws in
            let text = try await tree.content("jobs/\(Self.job)/result.md", by: 8)
            emulator.clearRequests()
            #expect(try await tree.content("jobs/\(Self.job)/result.md", by: Self.crawler) == text)
            #expect(try await tree.names("jobs/\(Self.job)/images", by: Self.crawler).contains("logo.png"))
            await #expect(throws: Errno.permissionDenied) {
                try await tree.lookup("jobs/\(Self.job)/images/logo.png", by: Self.crawler)
            }
            await #expect(throws: Errno.permissionDenied) {
                try await tree.lookup("jobs/\(Self.job)/images/never.png", by: Self.crawler)
            }
            #expect(emulator.count() == 0)
            // Its size is known, its bytes are not here.
            let image = try await tree.node("jobs/\(Self.job)/images/logo.png", by: 8)
            await tree.library.downloads.waitUntilIdle()
            emulator.clearRequests()
            _ = try? await tree.read(image, at: 0, count: 10, by: Self.crawler)
            #expect(emulator.count() == 0)
        }
    }

    @Test("S7.7 a running job is shown to a crawler as it was last heard of, and waiting for it is refused")
    func running() async throws {
        try await TestTree.with(crawlers: Self.crawlers()) { (tree, emulator) async throws in
            let id = "contract-review-0311"
            _ = try await tree.lookup("jobs/\(id)", by: 8)
            try tree.age(id)
            emulator.clearRequests()
            let status = try await tree.content("jobs/\(id)/status.json", by: Self.crawler)
            #expect(String(decoding: status, as: UTF8.self).contains("processing"))
            let wait = try await tree.node("jobs/\(id)/.wait", by: Self.crawler)
            await #expect(throws: Errno.permissionDenied) {
                try await tree.read(wait, at: 0, count: 10, by: Self.crawler)
            }
            #expect(emulator.count() == 0)
            _ = try await tree.content("jobs/\(id)/status.json", by: 8)
            #expect(emulator.count() == 1)
        }
    }

    @Test("S7.7 S4.2 a key that is not known to be good opens nothing to a crawler, and is not asked about for one")
    func key() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                _ = try await tree.lookup("jobs/\(Self.job)")
                rig.emulator.revoke(key: TestTree.northwind)
                await rig.passTTL(tree)
                #expect(tree.keyring.word == "refused")
            }
            rig.emulator.clearRequests()
            let address = rig.emulator.baseURL
            try await TestTree.with(
                address, cache: rig.scratch.appending("cache"), clock: rig.clock, crawlers: Self.crawlers()
            ) { (tree) async throws in
                await #expect(throws: Errno.permissionDenied) {
                    try await tree.lookup("jobs/\(Self.job)", by: Self.crawler)
                }
                await tree.keyring.tick(isInUse: false)
                #expect(rig.emulator.count() == 0)
            }
        }
    }
}
