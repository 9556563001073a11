import ArtifactStore
import FUSE
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: extended attributes", .timeLimit(.minutes(2)))
struct ExtendedAttributeTests {
    private static let invoice = "invoice-2024-0117"
    private static let form = "form-supplier-registration"
    private static let mime = "user.mime_type"
    private static let origin = "user.xdg.origin.url"
    private static let gallery = EmulatorConfiguration(jobs: [HostileJob.completed])

    private static func job(_ id: String) -> [String: String] {
        [
            "user.pulse.job_id": id, "user.pulse.status": "completed", "user.pulse.created_at": "2024-01-22T08:00:52Z",
            "user.pulse.updated_at": "2024-01-22T08:01:01Z",
        ]
    }

    @Test("a job's directory and files say which job it is and how it is, what they are, and where they come from")
    func files() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let known = Self.job(Self.invoice)
            let address = "\(emulator.baseURL)/job/\(Self.invoice)"
            let directory = try await tree.node("jobs/\(Self.invoice)")
            #expect(
                try await tree.attributes(of: directory)
                    == known.merging(["user.pulse.page_count": "1", "user.pulse.credits_used": "1"]) { $1 })
            let nodes = try await tree.nodes(in: "jobs/\(Self.invoice)")
            for (name, type, origin) in [
                ("status.json", "application/json", address), ("result.md", "text/markdown", address),
                ("result.json", "application/json", address), ("index.html", "text/html", nil),
            ] {
                var expected = known
                expected[Self.mime] = type
                expected[Self.origin] = origin
                #expect(try await tree.attributes(of: try #require(nodes[name])) == expected, "\(name)")
            }
            #expect(try await tree.attributes(of: try #require(nodes["images"])) == known)
            let wait = try await tree.node("jobs/\(Self.invoice)/.wait")
            #expect(try await tree.attributes(of: wait) == known.merging([Self.mime: "text/plain"]) { $1 })
            _ = try await tree.node("jobs/\(Self.form)")
            let form = try #require(try await tree.nodes(in: "jobs/\(Self.form)")["form.pdf"])
            #expect(try await tree.attribute(Self.mime, of: form) == "application/pdf")
            #expect(try await tree.attribute(Self.origin, of: form) == "\(emulator.baseURL)/results/\(Self.form)/pdf")
        }
    }

    @Test("what is of no job says what kind of file it is, and directories say nothing")
    func others() async throws {
        try await TestTree.with { (tree, _) async throws in
            for node in [Node.root, .jobs, .control, .explain] {
                #expect(try await tree.attributes(of: node.id).isEmpty)
            }
            for (path, type) in [
                ("README.txt", "text/plain"), (".pulsefs/log", "text/plain"), (".pulsefs/mount", "application/json"),
                ("jobs/index.html", "text/html"),
            ] {
                #expect(try await tree.attributes(of: tree.node(path)) == [Self.mime: type])
            }
            let failed = "scan-unreadable-0042"
            let error = try await tree.node("jobs/\(failed)/error.txt")
            let said = try await tree.attributes(of: error)
            #expect(said[Self.mime] == "text/plain" && said[Self.origin] == nil)
            #expect(said["user.pulse.job_id"] == failed && said["user.pulse.status"] == "failed")
        }
    }

    @Test("an image says what the result says of it, whatever that is, as one line of UTF-8 that fits")
    func images() async throws {
        try await TestTree.with(Self.gallery) { (tree, emulator) async throws in
            _ = try await tree.node("jobs/\(HostileJob.id)")
            let nodes = try await tree.nodes(in: "jobs/\(HostileJob.id)/images")
            #expect(Set(nodes.keys) == ["a.PNG", "b c.jpeg", "c.svg", "\(HostileJob.secret).odd", "f.webp"])
            func said(_ name: String) async throws -> [String: String] {
                let said = try await tree.attributes(of: try #require(nodes[name]))
                #expect(said["user.pulse.job_id"] == HostileJob.id && said["user.pulse.status"] == "completed")
                return said.filter { !["job_id", "status", "created_at", "updated_at"].contains($0.key.dropFirst(11)) }
            }
            #expect(
                try await said("a.PNG") == [
                    Self.mime: "image/png",
                    Self.origin: "\(emulator.baseURL)/results/\(HostileJob.id)/images/a.PNG",
                    "user.pulse.image_id": "a-1", "user.pulse.visual_type": "chart",
                    "user.pulse.chart_type": "BarChart",
                    "user.pulse.chart_title": "Revenue by region  [31m growth \u{fffd} €",
                    "user.pulse.sheet_name": "Summary", "user.pulse.excel_range": "F2:M18",
                    "user.pulse.page_number": "3",
                ])
            #expect(
                try await said("b c.jpeg") == [
                    Self.mime: "image/jpeg", Self.origin: "https://far.example.com:8443/x/b%20c.jpeg",
                    "user.pulse.image_id": "b", "user.pulse.render_error": "Drawn in part.",
                    "user.pulse.chart_title": String(HostileJob.longTitle.prefix(40)),
                ])
            #expect(try await said("c.svg") == [Self.mime: "image/svg+xml", "user.pulse.image_id": "c"])
            #expect(try await said("\(HostileJob.secret).odd") == ["user.pulse.image_id": "e"])
            #expect(try await said("f.webp").keys.sorted() == [Self.mime, Self.origin])
        }
    }

    @Test("S4.3 no attribute has a query, a fragment, a user or a link that works once in it, nor the key")
    func secrets() async throws {
        try await TestTree.with(Self.gallery) { (tree, _) async throws in
            let nodes = try await tree.nodes(below: "jobs/\(HostileJob.id)")
            #expect(nodes.count >= 9)
            for node in nodes {
                for (name, value) in try await tree.attributes(of: node) {
                    #expect(!value.contains(HostileJob.secret) && !value.contains(TestTree.northwind), "\(name)")
                    #expect(!value.contains("large_results") && !value.contains("?") && !value.contains("#"), "\(name)")
                }
            }
        }
    }

    @Test("names that nobody has are answered at once, also of nodes that are unknown")
    func unknownNames() async throws {
        try await TestTree.with { (tree, _) async throws in
            for name in ["user.pulse.other", "user.mime_type ", "security.selinux", "user."] {
                for node in [NodeID.root, NodeID(99 << 20)] {
                    guard case .failed(.noData) = tree.files.getxattr(name, of: node, for: TestTree.caller()) else {
                        Issue.record("\(name) of \(node)")
                        continue
                    }
                }
            }
            await #expect(throws: Errno.staleNFSFileHandle) { try await tree.attributes(of: NodeID(99 << 20)) }
        }
    }

    // MARK: What it costs

    @Test(
        "S2.1 attributes cause no request, be it of a running job whose answer is old, or of images that were never read"
    )
    func requests() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            var nodes = try await tree.nodes(below: "jobs/\(Self.invoice)")
            nodes += try await tree.nodes(below: "jobs/contract-review-0311")
            emulator.clearRequests()
            try tree.age("contract-review-0311")
            for node in nodes { #expect(try await !tree.attributes(of: node).isEmpty) }
            #expect(emulator.requests().isEmpty, "\(emulator.requestCounts)")
        }
    }

    @Test("S2.1 without its result in the cache, an image says what is known without it, and nothing is fetched")
    func withoutResult() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(Self.gallery) { (emulator) async throws in
                let cache = scratch.appending("cache")
                let node = try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    _ = try await tree.node("jobs/\(HostileJob.id)")
                    return try #require(try await tree.nodes(in: "jobs/\(HostileJob.id)/images")["a.PNG"])
                }
                let slot = ArtifactSlot.result.rawValue
                try await Shell.run(
                    "rm \"$1\"/blobs/*/\(HostileJob.id)/\(slot)", [cache.string])
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    let said = try await tree.attributes(of: node)
                    #expect(said[Self.mime] == "image/png" && said[Self.origin]?.hasSuffix("/a.PNG") == true)
                    #expect(said["user.pulse.job_id"] == HostileJob.id && said["user.pulse.chart_title"] == nil)
                    await #expect(throws: Errno.noData) {
                        try await tree.attribute("user.pulse.chart_title", of: node)
                    }
                    let directory = try await tree.attributes(of: tree.node("jobs/\(HostileJob.id)"))
                    #expect(directory["user.pulse.page_count"] == nil && directory["user.pulse.job_id"] != nil)
                }
                #expect(emulator.requests().isEmpty, "\(emulator.requestCounts)")
            }
        }
    }

    @Test("S3.1 looking at attributes does not fetch what can be fetched only once")
    func singleUse() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let directory = try await tree.node("jobs/loan-schedule-2024")
            #expect(try await tree.attributes(of: directory)["user.pulse.page_count"] == nil)
            #expect(!emulator.isDelivered(job: "loan-schedule-2024"))
            let document = try await tree.node("jobs/loan-schedule-2024/result.md")
            #expect(
                try await tree.attribute(Self.origin, of: document) == "\(emulator.baseURL)/job/loan-schedule-2024")
            #expect(try await tree.attributes(of: directory)["user.pulse.page_count"] != nil)
        }
    }

    @Test("the result is read once, off the kernel's thread, however many attributes are asked for")
    func once() async throws {
        try await TestTree.with(Self.gallery) { (tree, _) async throws in
            _ = try await tree.node("jobs/\(HostileJob.id)")
            let nodes = try await tree.nodes(in: "jobs/\(HostileJob.id)/images")
            let image = try #require(nodes["a.PNG"])
            let caller = TestTree.caller()
            // What needs no result is there at once.
            guard case .now = tree.files.getxattr(Self.mime, of: image, for: caller) else {
                Issue.record("the type was not known at once")
                return
            }
            guard case .later(let work) = tree.files.getxattr("user.pulse.chart_type", of: image, for: caller) else {
                Issue.record("the result was read on the kernel's thread")
                return
            }
            #expect(try await work() == Array("BarChart".utf8))
            for node in nodes.values {
                guard case .now = tree.files.listxattr(node, for: caller) else {
                    Issue.record("the result was read again")
                    continue
                }
            }
        }
    }

    @Test("S7.6 a result that is damaged on the disk says nothing, and is set aside as if it had been read")
    func damaged() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(Self.gallery) { (emulator) async throws in
                let cache = scratch.appending("cache")
                let node = try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    _ = try await tree.node("jobs/\(HostileJob.id)")
                    return try #require(try await tree.nodes(in: "jobs/\(HostileJob.id)/images")["a.PNG"])
                }
                let slot = ArtifactSlot.result.rawValue
                try await Shell.run(
                    "for f in \"$1\"/blobs/*/\(HostileJob.id)/\(slot); do sed -i s/BarChart/PieChart/ \"$f\"; done",
                    [cache.string])
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    #expect(try await tree.attributes(of: node)["user.pulse.chart_type"] == nil)
                    // Whoever reads it has it made again.
                    #expect(try await tree.text("jobs/\(HostileJob.id)/result.json").contains("BarChart"))
                    #expect(try await tree.attribute("user.pulse.chart_type", of: node) == "BarChart")
                }
            }
        }
    }

    @Test("S6.4 what is left of a job that the API has let go of says what it was, and what is gone is absent")
    func expired() async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let read = try await PictureJob.listedNode("image_0001.png", tree)
            let unread = try await PictureJob.listedNode("image_0002.png", tree)
            Ending.removed.happen(to: PictureJob.completed, emulator)
            #expect(await tree.failure("jobs/pictures/images/image_0002.png") == .noSuchFileOrDirectory)
            emulator.clearRequests()
            let said = try await tree.attributes(of: read)
            #expect(said[Self.mime] == "image/png" && said["user.pulse.job_id"] == PictureJob.id)
            await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.attributes(of: unread) }
            #expect(emulator.requests().isEmpty)
        }
    }

    // MARK: Who may know

    @Test("S4.1 a key of another organisation gets EACCES although the job is cached, and causes no request")
    func otherOrganization() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let cache = scratch.appending("cache")
                let nodes = try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    try await tree.nodes(below: "jobs/\(Self.invoice)")
                }
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: cache, key: TestTree.contoso) { (tree) async throws in
                    for node in nodes {
                        await #expect(throws: Errno.permissionDenied) { try await tree.attributes(of: node) }
                        await #expect(throws: Errno.permissionDenied) {
                            try await tree.attribute("user.pulse.job_id", of: node)
                        }
                    }
                }
                #expect(emulator.requests().isEmpty)
            }
        }
    }

    @Test("S4.2 a key that is refused closes the attributes of what it read, and of nothing else")
    func refusedKey() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                let nodes = try await tree.nodes(below: "jobs/\(Self.invoice)")
                for node in nodes { #expect(try await !tree.attributes(of: node).isEmpty) }
                rig.emulator.revoke(key: TestTree.northwind)
                #expect(await tree.failure("jobs/queue-0815") == .permissionDenied)
                for node in nodes {
                    await #expect(throws: Errno.permissionDenied) { try await tree.attributes(of: node) }
                    await #expect(throws: Errno.permissionDenied) {
                        try await tree.attribute("user.pulse.status", of: node)
                    }
                }
                #expect(try await tree.attributes(of: tree.node("README.txt")) == [Self.mime: "text/plain"])
            }
        }
    }

    @Test("S4.1 a job that the API keeps from its key from now on says nothing to it any more")
    func withdrawn() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let node = try await tree.node("jobs/queue-0815/status.json")
            var job = try #require(emulator.job("queue-0815"))
            job.organization = .contoso
            emulator.add(job: job)
            try tree.age("queue-0815")
            #expect(await tree.failure("jobs/queue-0815/status.json") == .permissionDenied)
            emulator.clearRequests()
            await #expect(throws: Errno.permissionDenied) { try await tree.attributes(of: node) }
            #expect(emulator.requests().isEmpty)
        }
    }

    @Test("S7.7 a crawler is told all of it, as that needs no request")
    func crawler() async throws {
        let crawlers = Crawlers(["indexer"], find: { $0 == 7 ? ["indexer"] : ["cat"] })
        try await TestTree.with(Self.gallery, crawlers: crawlers) { (tree, emulator) async throws in
            _ = try await tree.node("jobs/\(HostileJob.id)")
            let node = try #require(try await tree.nodes(in: "jobs/\(HostileJob.id)/images")["a.PNG"])
            emulator.clearRequests()
            #expect(try await tree.attributes(of: node, by: 7)["user.pulse.chart_type"] == "BarChart")
            #expect(emulator.requests().isEmpty)
        }
    }
}
