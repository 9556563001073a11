import FUSE
import Foundation
import JobCacheTestSupport
import PulseEmulator
import SystemPackage
import Testing

@testable import JobCache

@Suite("The tree: the page of all jobs", .timeLimit(.minutes(2)))
struct JobsPageTests {
    private static let path = "jobs/index.html"

    @Test("S1.2 S2.1 it has the jobs that are known, the newest first, without a request, and is no job itself")
    func known() async throws {
        let clock = StillClock()
        try await TestTree.with(clock: clock) { (tree, emulator) async throws in
            #expect(try await tree.text(Self.path).contains("None yet."))
            for id in ["scan-unreadable-0042", "invoice-2024-0117"] { _ = try await tree.lookup("jobs/\(id)") }
            emulator.clearRequests()
            clock.advance(by: .seconds(2))
            let html = try await tree.text(Self.path)
            let places = ["scan-unreadable-0042/index.html", "invoice-2024-0117/index.html"].map {
                html.firstRange(of: $0)?.lowerBound
            }
            let (first, second) = (try #require(places[0]), try #require(places[1]))
            #expect(first < second && html.contains("<td>failed</td>"))
            #expect(html.contains("<td class=\"r\">1</td>") && html.contains("<td class=\"r\"></td>"))
            #expect(try await tree.lookup(Self.path)?.attributes.size == UInt64(html.utf8.count))
            #expect(try await tree.names("jobs") == ["scan-unreadable-0042", "invoice-2024-0117"])
            #expect(emulator.count() == 0)
        }
    }

    @Test("S2.1 only an image that is in the cache is shown, so that looking at the page fetches none")
    func thumbnails() async throws {
        let clock = StillClock()
        try await TestTree.with(clock: clock) { (tree, _) async throws in
            _ = try await tree.lookup("jobs/invoice-2024-0117")
            #expect(!(try await tree.text(Self.path).contains("<img")))
            _ = try await tree.content("jobs/invoice-2024-0117/images/logo.png")
            await tree.library.downloads.waitUntilIdle()
            clock.advance(by: .seconds(2))
            #expect(try await tree.text(Self.path).contains("<img src=\"invoice-2024-0117/images/logo.png\""))
        }
    }

    @Test("its date changes when what it says does, and whoever holds it reads what was shown")
    func changes() async throws {
        let clock = StillClock()
        try await TestTree.with(clock: clock) { (tree, _) async throws in
            let before = try #require(try await tree.lookup(Self.path)).attributes
            clock.advance(by: .seconds(2))
            #expect(try await tree.lookup(Self.path)?.attributes.modified == before.modified)
            _ = try await tree.lookup("jobs/invoice-2024-0117")
            clock.advance(by: .seconds(2))
            #expect(try await tree.read(before.node, at: 0, count: 1 << 20).count == Int(before.size))
            let after = try #require(try await tree.lookup(Self.path)).attributes
            #expect(after.modified != before.modified && after.size != before.size)
        }
    }

    @Test("S4.2 it shows nothing to a key that is refused")
    func refused() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                _ = try await tree.lookup("jobs/invoice-2024-0117")
                #expect(try await tree.text(Self.path).contains("invoice-2024-0117"))
                rig.emulator.revoke(key: TestTree.northwind)
                await rig.passTTL(tree)
                #expect(await tree.failure(Self.path) == .permissionDenied)
            }
        }
    }
}
