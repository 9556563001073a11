import FUSE
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import Quantities
import SystemPackage
import Testing

@testable import PulseFS

@Suite("The tree: finding jobs")
struct JobLookupTests {
    @Test("S1.1 every job the API knows for this key is found by its id, and its status is what the API said")
    func known() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            for job in Fixtures.jobs where job.organization == .northwind {
                let entry = try #require(try await tree.lookup("jobs/\(job.id)"), "\(job.id)")
                #expect(entry.attributes.kind == .directory && entry.attributes.permissions == 0o500)
                let status = try await tree.text("jobs/\(job.id)/status.json")
                #expect(status.contains("\"job_id\": \"\(job.id)\""))
                #expect(emulator.count(.path("/job/\(job.id)")) == 1)
            }
        }
    }

    @Test(
        "S1.1 a name of any other form is absent at once, for good, without a request",
        arguments: [
            ".git", ".Trash", ".Trash-1000", "autorun.inf", "desktop.ini", "*", "invoice*", "a b", "-a", "_a", "a/b",
            "ä",
            "", "a\0b", String(repeating: "a", count: 129),
        ])
    func malformed(name: String) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            guard case .now(.absent(let lifetime)) = tree.answer(name, in: .jobs) else {
                Issue.record("not answered at once")
                return
            }
            #expect(lifetime == .forever)
            #expect(emulator.count() == 0)
        }
    }

    @Test("S1.1 a well-formed id of the longest length is asked for, and absent when the API does not know it")
    func unknown() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let id = String(repeating: "a", count: 128)
            #expect(try await tree.lookup("jobs/\(id)") == nil)
            #expect(emulator.count(.path("/job/\(id)")) == 1)
            #expect(try await tree.names("jobs").isEmpty)
        }
    }

    @Test("S1.2 ls jobs lists what was looked up before, in any library on this cache, in an order that stays")
    func listing() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let cache = scratch.appending("cache")
                let ids = ["workbook-q3-forecast", "queue-0815", "invoice-2024-0117", "statement-2021-03"]
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    #expect(try await tree.names("jobs").isEmpty)
                    for id in ids + ["no-such-job", "payroll-summary-2024-06"] {
                        _ = try? await tree.lookup("jobs/\(id)")
                    }
                    #expect(try await tree.names("jobs") == ids)
                    #expect(try await tree.entries("jobs", limit: 1).map(\.name) == ids)
                }
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    #expect(try await tree.names("jobs") == ids)
                    #expect(try await tree.text(".pulsefs/jobs").split(separator: "\n").count == ids.count)
                }
                #expect(emulator.count() == 0)
            }
        }
    }

    @Test("the numbers and entries of a listing are those of the lookups")
    func sameEntries() async throws {
        try await TestTree.with { (tree, _) async throws in
            for path in ["", "jobs", "jobs/invoice-2024-0117", "jobs/invoice-2024-0117/images"] {
                _ = try await tree.lookup("jobs/invoice-2024-0117")
                for entry in try await tree.entries(path) {
                    let found = try #require(try await tree.lookup("\(path)/\(entry.name)"), "\(path)/\(entry.name)")
                    #expect(found.attributes.node == entry.node && found.attributes.kind == entry.kind)
                    if let known = entry.entry { #expect(known == found) }
                }
            }
        }
    }

    @Test("S1.6 inode numbers and dates are the same after a remount")
    func remount() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let paths = ["", "/result.md", "/images", "/images/logo.png", "/images/invoice_page_1.jpg"].map {
                    "jobs/invoice-2024-0117\($0)"
                }
                var seen: [[FileAttributes?]] = []
                for _ in 1...2 {
                    seen.append(
                        try await TestTree.with(emulator.baseURL, cache: scratch.appending("cache")) {
                            (tree) async throws in
                            var all: [FileAttributes?] = []
                            for path in paths { all.append(try await tree.lookup(path)?.attributes) }
                            return all
                        })
                }
                #expect(seen.first == seen.last)
                let job = try #require(seen.first?.first ?? nil)
                #expect(job.changed == FileTime(seconds: 1_705_910_461))
                #expect(job.modified == FileTime(seconds: 1_705_910_461))
            }
        }
    }

    @Test("a node that the tree never gave is stale, a file is no directory, and a directory has no bytes")
    func wrongKinds() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            await #expect(throws: Errno.staleNFSFileHandle) { try await tree.getattr(NodeID(.max)) }
            for node in [NodeID(9), NodeID(5 << 20)] {
                await #expect(throws: Errno.staleNFSFileHandle) { try await tree.getattr(node) }
                await #expect(throws: Errno.staleNFSFileHandle) { try await tree.answer("a", in: node).resolved() }
            }
            await #expect(throws: Errno.notDirectory) { try await tree.lookup("README.txt/a") }
            await #expect(throws: Errno.isDirectory) { try await tree.read(Node.jobs.id, at: 0, count: 1) }
            #expect(emulator.count() == 0)
        }
    }
}
