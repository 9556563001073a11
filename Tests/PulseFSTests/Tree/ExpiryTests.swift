import ArtifactStore
import FUSE
import Foundation
import JobCacheTestSupport
import PulseAPI
import PulseEmulator
import PulseTestSupport
import Quantities
import Synchronization
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: jobs that the API lets go of")
struct ExpiryTests {
    private static let job = "jobs/pictures"
    private static let images = "\(job)/images"
    private static let markdown = "# 3 images\n"

    /// What was read is there, what was not is absent, and it is said why; nothing of it costs a request.
    private func expectRemains(
        _ tree: TestTree, _ ending: Ending, _ emulator: Emulator, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = emulator.count()
        #expect(try await tree.text("\(Self.job)/result.md") == Self.markdown, sourceLocation: sourceLocation)
        #expect(
            try await tree.content("\(Self.images)/image_0001.png") == PictureJob.image(1),
            sourceLocation: sourceLocation)
        for name in ["image_0002.png", "image_0003.png", "unlisted.png"] {
            #expect(await tree.failure("\(Self.images)/\(name)") == .noSuchFileOrDirectory, "\(name)")
        }
        #expect(try await tree.names(Self.images) == ["image_0001.png"], sourceLocation: sourceLocation)
        #expect(
            try await tree.names(Self.job) == [
                "status.json", "error.txt", "result.md", "result.json", "images", "index.html", "images.jsonl",
                "contents.md",
            ],
            sourceLocation: sourceLocation)
        let explanation = try await tree.text("\(Self.job)/error.txt")
        for words in ending.words + ["stays readable", "submit the document again"] {
            #expect(explanation.contains(words), "\(words)", sourceLocation: sourceLocation)
        }
        let status = try await tree.text("\(Self.job)/status.json")
        #expect(status.contains(ending == .expired ? "\"expired\"" : "\"completed\""), sourceLocation: sourceLocation)
        #expect(try await tree.text(".pulsefs/jobs") == "pictures\texpired\n", sourceLocation: sourceLocation)
        #expect(emulator.count() == before, sourceLocation: sourceLocation)
    }

    @Test(
        "S6.4 a listed image that is not at the API any more: the job is asked about once, and what is cached stays readable",
        arguments: Ending.allCases)
    func noticedByImage(ending: Ending) async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let held = try await PictureJob.listedNode("image_0003.png", tree)
            ending.happen(to: PictureJob.completed, emulator)
            try await withThrowingTaskGroup { group in
                for _ in 1...16 { group.addTask { await tree.failure("\(Self.images)/image_0002.png") } }
                for try await errno in group { #expect(errno == .noSuchFileOrDirectory) }
            }
            #expect(emulator.count(PictureJob.asked) == 2)
            try await expectRemains(tree, ending, emulator)
            // Through a node from before.
            await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.getattr(held) }
            await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.read(held, at: 0, count: 100) }
            #expect(emulator.count(PictureJob.asked) == 2)
        }
    }

    @Test("S6.4 read through a node whose size is known: ENOENT, and it is noticed", arguments: Ending.allCases)
    func noticedByRead(ending: Ending) async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            // Of what was listed, a look asks for the size alone.
            _ = try await tree.names(Self.images)
            let node = try await tree.node("\(Self.images)/image_0002.png")
            await tree.library.downloads.waitUntilIdle()
            ending.happen(to: PictureJob.completed, emulator)
            await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.read(node, at: 0, count: 100) }
            #expect(emulator.count(PictureJob.asked) == 2)
            try await expectRemains(tree, ending, emulator)
        }
    }

    @Test("S6.4 a result that was evicted and is not at the API any more is absent", arguments: Ending.allCases)
    func noticedByEviction(ending: Ending) async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let nodes = [try await tree.node("\(Self.job)/result.md"), try await tree.node("\(Self.job)/result.json")]
            try await evict(["3", "4"], tree)
            ending.happen(to: PictureJob.completed, emulator)
            for node in nodes {
                await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.read(node, at: 0, count: 100) }
                await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.getattr(node) }
            }
            #expect(try await tree.names(Self.job) == ["status.json", "error.txt", "images", "index.html"])
            #expect(try await tree.content("\(Self.images)/image_0001.png") == PictureJob.image(1))
            #expect(emulator.count(PictureJob.asked) == 2)
        }
    }

    @Test("S6.4 a file that can be cut out of the cached result once more is there, and the job stays expired")
    func cutAgain() async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            Ending.expired.happen(to: PictureJob.completed, emulator)
            #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
            try await evict(["3"], tree)
            try await expectRemains(tree, .expired, emulator)
            #expect(emulator.count(PictureJob.asked) == 2)
        }
    }

    /// Takes files of the job away, as an eviction does.
    private func evict(_ files: [String], _ tree: TestTree) async throws {
        let cache = tree.library.store.directory.path.string
        let done = try await Shell.run(
            "cd \"$1\"/blobs/*/pictures && shift && rm \"$@\"", [cache] + files)
        #expect(done.status == 0, "\(done.errors)")
        tree.library.releaseOrphans()
    }

    // MARK: What is no expiry

    @Test("S2.2 S1.4 an image that is gone from a completed job costs one more GET /job, and leaves the listing alone")
    func oneImage() async throws {
        let clock = StillClock()
        try await TestTree.with(PictureJob.configuration(), clock: clock) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let files = try await tree.cachedFiles
            emulator.set(.status(404), on: .prefix("/results/"))
            for _ in 2...3 {
                for name in ["image_0002.png", "image_0003.png", "image_0002.png"] {
                    #expect(await tree.failure("\(Self.images)/\(name)") == .noSuchFileOrDirectory)
                }
                #expect(emulator.count(PictureJob.asked) == 2)
                clock.advance(by: .seconds(3599))
                #expect(await tree.failure("\(Self.images)/image_0003.png") == .noSuchFileOrDirectory)
                #expect(emulator.count(PictureJob.asked) == 2)
                clock.advance(by: .seconds(1))
            }
            #expect(try await tree.lookup("\(Self.job)/error.txt") == nil)
            #expect(try await tree.names(Self.images) == ["image_0001.png"])
            await tree.library.downloads.waitUntilIdle()
            #expect(try await tree.cachedFiles == files)
            emulator.clearFaults()
            #expect(try await tree.content("\(Self.images)/image_0002.png") == PictureJob.image(2))
        }
    }

    @Test("S1.4 names that the result does not list never cause a question about the job")
    func unlisted() async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            for name in ["cover.jpg", "Thumbs.db", "image_0004.png"] {
                #expect(await tree.failure("\(Self.images)/\(name)") == .noSuchFileOrDirectory)
            }
            #expect(emulator.count(PictureJob.asked) == 1)
        }
    }

    @Test("S5.2 an API that cannot be asked lets nothing expire", arguments: [429, 500, 503, 403, 401])
    func unreachable(status: Int) async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            emulator.set(.status(404), on: .prefix("/results/"))
            emulator.set(.status(status), on: PictureJob.asked)
            #expect(await tree.failure("\(Self.images)/image_0002.png") != nil)
            emulator.clearFaults()
            let job = try await tree.job("pictures")
            #expect(job == nil || job?.phase == .completed)
        }
    }

    // MARK: Running jobs

    @Test("S6.4 a running job that is denied is believed to be gone after three polls in a row, and not before")
    func running() async throws {
        let queued = EmulatedJob(id: "queued", timetable: PictureJob.ended(.pending))
        try await TestTree.with(PictureJob.configuration(queued)) { (tree, emulator) async throws in
            let path = RequestPattern.path("/job/queued")
            let status = try await tree.text("jobs/queued/status.json")
            for denial in [404, 410, 200, 410, 503, 404, 404] {
                if denial != 200 { emulator.set(.status(denial), on: path) }
                try tree.age("queued")
                #expect(try await tree.text("jobs/queued/status.json") == status)
                #expect(try await tree.names("jobs/queued") == ["status.json", "index.html"])
                emulator.clearFaults()
            }
            #expect(emulator.count(path) >= 8)
            emulator.remove(job: "queued")
            let before = emulator.count(path)
            try tree.age("queued")
            #expect(try await tree.text("jobs/queued/status.json") == status)
            #expect(try await tree.names("jobs/queued") == ["status.json", "error.txt", "index.html"])
            #expect(try await tree.text("jobs/queued/error.txt").contains("404"))
            #expect(try await tree.text(".pulsefs/jobs") == "queued\texpired\n")
            #expect(try await tree.lookup("jobs/queued/result.md") == nil)
            #expect(emulator.count(path) == before + 1)
        }
    }

    // MARK: An API that was mistaken

    @Test(
        "S6.4 a job that was denied is asked about again when a missing file is wanted an hour later",
        arguments: [true, false])
    func mistaken(isHeld: Bool) async throws {
        let clock = StillClock()
        try await TestTree.with(PictureJob.configuration(), clock: clock) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let node = try await PictureJob.listedNode("image_0003.png", tree)
            emulator.remove(job: "pictures")
            for _ in 1...2 { #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory) }
            clock.advance(by: .seconds(3500))
            #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
            #expect(emulator.count(PictureJob.asked) == 2)
            clock.advance(by: .seconds(101))
            // What is there is no reason to ask.
            try await expectRemainsReadable(tree)
            #expect(emulator.count(PictureJob.asked) == 2)
            for _ in 1...2 { #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory) }
            #expect(emulator.count(PictureJob.asked) == 3)
            clock.advance(by: .seconds(3601))
            emulator.add(job: PictureJob.completed)
            if isHeld {
                #expect(try await tree.getattr(node).size == 1000)
            } else {
                #expect(try await tree.content("\(Self.images)/image_0002.png") == PictureJob.image(2))
            }
            #expect(emulator.count(PictureJob.asked) == 4)
            #expect(try await tree.lookup("\(Self.job)/error.txt") == nil)
            #expect(try await tree.names(Self.images).count == 3)
            #expect(try await tree.text(".pulsefs/jobs") == "pictures\tcompleted\n")
        }
    }

    private func expectRemainsReadable(_ tree: TestTree) async throws {
        #expect(try await tree.text("\(Self.job)/result.md") == Self.markdown)
        #expect(try await tree.content("\(Self.images)/image_0001.png") == PictureJob.image(1))
        #expect(try await tree.text("\(Self.job)/error.txt").contains("gone"))
    }

    @Test("S6.4 a job of which the API says itself that it expired is never asked about again")
    func final() async throws {
        let clock = StillClock()
        try await TestTree.with(PictureJob.configuration(), clock: clock) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            Ending.expired.happen(to: PictureJob.completed, emulator)
            #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
            clock.advance(by: .seconds(1_000_000))
            try await expectRemains(tree, .expired, emulator)
        }
    }

    // MARK: Later, elsewhere

    @Test("S6.4 S5.2 a later library on the cache answers alike, with nobody to ask", arguments: Ending.allCases)
    func later(ending: Ending) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let emulator = try await Emulator.start(PictureJob.configuration())
            let cache = scratch.appending("cache")
            try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                try await PictureJob.readInPart(tree)
                ending.happen(to: PictureJob.completed, emulator)
                #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
            }
            await emulator.shutDown()
            try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                try await expectRemains(tree, ending, emulator)
            }
        }
    }

    @Test("S6.4 what one mount of a cache has noticed another need not ask")
    func shared() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(PictureJob.configuration()) { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache) { (other) async throws in
                    try await PictureJob.readInPart(other)
                    try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                        try await PictureJob.readInPart(tree)
                        Ending.removed.happen(to: PictureJob.completed, emulator)
                        #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
                    }
                    #expect(await other.failure("\(Self.images)/image_0003.png") == .noSuchFileOrDirectory)
                    try await expectRemains(other, .removed, emulator)
                    #expect(emulator.count(PictureJob.asked) == 2)
                }
            }
        }
    }

    @Test(
        "S6.4 a mount that did not notice by itself does not make the job completed again, nor ask for what was evicted"
    )
    func sharedEviction() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(PictureJob.configuration()) { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache) { (other) async throws in
                    try await PictureJob.readInPart(other)
                    let nodes = [
                        try await other.node("\(Self.job)/result.md"), try await other.node("\(Self.job)/result.json"),
                    ]
                    try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                        Ending.expired.happen(to: PictureJob.completed, emulator)
                        #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
                    }
                    emulator.clearRequests()
                    try await evict(["3"], other)
                    #expect(try await other.read(nodes[0], at: 0, count: 100) == Array(Self.markdown.utf8))
                    #expect(try await other.text(".pulsefs/jobs") == "pictures\texpired\n")
                    #expect(try await other.text("\(Self.job)/error.txt").contains("expired"))
                    try await evict(["3", "4"], other)
                    for node in nodes {
                        await #expect(throws: Errno.noSuchFileOrDirectory) {
                            try await other.read(node, at: 0, count: 100)
                        }
                    }
                    #expect(emulator.count() == 0)
                }
            }
        }
    }

    @Test("S4.1 another key of the organisation reads what is cached when the API has said 200 to it, expired or not")
    func otherKey() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(PictureJob.configuration()) { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache) { try await PictureJob.readInPart($0) }
                Ending.expired.happen(to: PictureJob.completed, emulator)
                let before = emulator.count(PictureJob.results)
                try await TestTree.with(emulator.baseURL, cache: cache, key: TestTree.secondNorthwind) { tree in
                    #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
                    try await expectRemains(tree, .expired, emulator)
                }
                #expect(emulator.count(PictureJob.results) == before)
                emulator.remove(job: "pictures")
                try await TestTree.with(emulator.baseURL, cache: cache, key: TestTree.contoso) { tree in
                    #expect(await tree.failure("\(Self.job)/result.md") == .noSuchFileOrDirectory)
                }
            }
        }
    }

    @Test("S6.4 S7.6 with its index lost, a cache reads on without a request, and notices anew what has expired")
    func lostIndex() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(PictureJob.configuration()) { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    try await PictureJob.readInPart(tree)
                    Ending.expired.happen(to: PictureJob.completed, emulator)
                    #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
                }
                try await Shell.run("rm \"$1\"/index.sqlite*", [cache.string])
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    try await tree.library.store.rebuildIndexIfLost()
                    #expect(try await tree.text("\(Self.job)/result.md") == Self.markdown)
                    #expect(try await tree.content("\(Self.images)/image_0001.png") == PictureJob.image(1))
                    #expect(emulator.count() == 0)
                    #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
                    #expect(emulator.count(PictureJob.asked) == 1)
                    try await expectRemains(tree, .expired, emulator)
                }
            }
        }
    }

    @Test("S3.1 S6.4 a result behind a link that was not followed in time: absent, and error.txt says so")
    func linkInVain() async throws {
        let once = EmulatedJob(id: "once", result: .singleUse(["markdown": "once"]))
        try await TestTree.with(PictureJob.configuration(once)) { (tree, emulator) async throws in
            #expect(try await tree.names("jobs/once").contains("result.md"))
            emulator.remove(job: "once")
            #expect(try await tree.lookup("jobs/once/result.md") == nil)
            #expect(try await tree.names("jobs/once") == ["status.json", "error.txt", "index.html"])
            let explanation = try await tree.text("jobs/once/error.txt")
            #expect(explanation.contains("was not downloaded in time") && explanation.contains("404"))
            for _ in 1...3 { #expect(try await tree.lookup("jobs/once/result.json") == nil) }
            #expect(emulator.requestCounts == ["/job/once": 2, "/large_results/once": 1])
        }
    }

    // MARK: The kernel

    @Test("S6.4 the kernel keeps for no more than ten seconds that a completed job has no error.txt")
    func shortAbsence() async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            let job = try await tree.node(Self.job)
            func lifetime(of name: String) async throws -> CacheLifetime? {
                guard case .absent(let lifetime) = try await tree.answer(name, in: job).resolved() else { return nil }
                return lifetime
            }
            #expect(try await lifetime(of: "error.txt") == .limited(.seconds(10)))
            #expect(try await lifetime(of: "result.html") == .forever)
            emulator.remove(job: "pictures")
            #expect(await tree.failure("\(Self.images)/image_0001.png") == .noSuchFileOrDirectory)
            // It may come back.
            #expect(try await lifetime(of: "result.html") == .limited(.seconds(10)))
        }
    }

    @Test("S6.4 the kernel is told of a job that expires, and of all its files, before whoever noticed is answered")
    func observed() async throws {
        let seen = Mutex<[Set<Int>]>([])
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let ordinal = try #require(try await tree.job("pictures")).ordinal
            let listener = CatalogListener(
                of: tree.library.catalog,
                expiry: { job, slots in
                    #expect(job == ordinal)
                    seen.withLock { $0.append(Set(slots.map(\.rawValue))) }
                })
            defer { withExtendedLifetime(listener) {} }
            let directories = [
                try await tree.getattr(tree.node(Self.job)), try await tree.getattr(tree.node(Self.images)),
            ]
            Ending.removed.happen(to: PictureJob.completed, emulator)
            #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
            #expect(seen.withLock { $0 } == [[3, 4, 64, 65, 66]])
            // The kernel keeps listings by the date of their directory.
            for before in directories { #expect(try await tree.getattr(before.node).modified != before.modified) }
        }
    }

    // MARK: Dates

    @Test("S1.6 what is new has a new mtime, whatever updated_at says, and what is the same keeps its mtime")
    func dates() async throws {
        try await TestTree.with(PictureJob.configuration()) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let file = "\(Self.job)/status.json"
            let before = try #require(try await tree.lookup(file)).attributes
            #expect(before.modified == FileTime(seconds: 1_740_000_060))
            try await evict(["3", "4"], tree)
            _ = try await tree.content("\(Self.job)/result.md")
            #expect(emulator.count(PictureJob.asked) == 2)
            #expect(try await tree.lookup(file)?.attributes == before)
            Ending.expired.happen(to: PictureJob.completed, emulator)
            #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
            #expect(try #require(try await tree.lookup(file)).attributes.modified > before.modified)
        }
    }

    @Test("S1.6 pending becomes expired, with the same updated_at: another mtime")
    func sameLength() async throws {
        let queued = EmulatedJob(id: "queued", timetable: PictureJob.ended(.pending))
        try await TestTree.with(PictureJob.configuration(queued)) { (tree, emulator) async throws in
            let before = try #require(try await tree.lookup("jobs/queued/status.json")).attributes
            try tree.age("queued")
            #expect(try await tree.lookup("jobs/queued/status.json")?.attributes == before)
            emulator.set(
                .json(try await tree.text("jobs/queued/status.json").replacing("pending", with: "expired")),
                on: .path("/job/queued"))
            try tree.age("queued")
            let after = try #require(try await tree.lookup("jobs/queued/status.json")).attributes
            #expect(after.modified > before.modified)
        }
    }
}
