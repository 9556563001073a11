import FUSE
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: images")
struct ImageTests {
    private static let size = 400_000
    private static let bytes = SyntheticImage(size: size, seed: 1).bytes
    private static let path = "/results/pictures/images/image_0001.png"
    private static let file = "jobs/pictures/images/image_0001.png"
    private static let pictures = EmulatorConfiguration(
        jobs: [.syntheticImages(id: "pictures", count: 3, size: size)])

    @Test("S1.4 images/ lists what the result names, and each holds the API's bytes")
    func listed() async throws {
        try await TestTree.with { (tree, _) async throws in
            // Of these not every image that is listed is there.
            let odd = ["image-names-collection", "methods-paper-2025", "hostile-markup", "broken-images"]
            for job in Fixtures.jobs where job.organization == .northwind && !odd.contains(job.id) {
                guard !job.images.isEmpty else { continue }
                #expect(Set(try await tree.names("jobs/\(job.id)/images")) == Set(job.images.map(\.filename)))
                for image in job.images {
                    let content = try await tree.content("jobs/\(job.id)/images/\(image.filename)")
                    #expect(content == image.content.bytes(in: 0..<image.content.count))
                }
            }
        }
    }

    @Test("S1.4 awkward names are kept, hostile ones replaced, damaged images left out, and no name is there twice")
    func oddities() async throws {
        try await TestTree.with { (tree, _) async throws in
            let images = "jobs/image-names-collection/images"
            let names = try await tree.names(images)
            #expect(
                names == [
                    "chart.png", "inline-1.png", "inline-1.svg", "chart.png.png", "image-6.png", "hostile-3.png",
                    "logo.png",
                    "Umsatz & Gewinn (2024) größer 100 %.png", "図表 1.png", "a+b=c;d,e'f.png", "named-4.png",
                ])
            #expect(try await tree.text("\(images)/inline-1.svg") == "<svg xmlns='http://www.w3.org/2000/svg'/>")
            let logo = try #require(Fixtures.job("invoice-2024-0117")?.image(named: "logo.png")).content
            for name in ["chart.png", "inline-1.png", "image-6.png", "chart.png.png"] {
                #expect(try await tree.content("\(images)/\(name)") == logo.bytes(in: 0..<logo.count), "\(name)")
            }
            for (seed, name) in names.suffix(4).enumerated() {
                #expect(try await tree.lookup("\(images)/\(name)")?.attributes.size == UInt64(900 + seed), "\(name)")
            }
        }
    }

    private static let (composed, decomposed) = ("Caf\u{e9}.png", "Cafe\u{301}.png")

    @Test("S1.8 two images whose names look alike are two files, listed or not")
    func alike() async throws {
        let images = [
            EmulatedImage(filename: Self.composed, content: ByteSource(text: "composed")),
            EmulatedImage(filename: Self.decomposed, content: ByteSource(text: "decomposed")),
        ]
        for listed in [images, []] {
            let nodes = listed.map { image in
                JSONNode.object([("image_url", .hosted("/results/alike/images/\(image.filename)"))])
            }
            var job = EmulatedJob(
                id: "alike", result: .inline(["markdown": "", "bounding_boxes": ["Images": .array(nodes)]]))
            job.images = images
            try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
                let names = try await tree.names("jobs/alike/images")
                #expect(names.map(FileName.init) == listed.map { FileName($0.filename) })
                for image in images + images {
                    let content = try await tree.text("jobs/alike/images/\(image.filename)")
                    #expect(
                        content == (image.filename.utf8.count == Self.composed.utf8.count ? "composed" : "decomposed"))
                }
                #expect(emulator.requests().count { $0.method == "GET" && $0.path.hasPrefix("/results/") } == 2)
            }
        }
    }

    @Test("S1.4 a name that only desktops look for is absent without a request, unless a result lists it")
    func desktops() async throws {
        let thumbs = EmulatedImage(filename: "Thumbs.db", content: ByteSource(text: "an image"))
        var job = EmulatedJob(
            id: "desk",
            result: .inline([
                "markdown": "",
                "bounding_boxes": ["Images": [["image_url": .hosted("/results/desk/images/Thumbs.db")]]],
            ]))
        job.images = [thumbs, EmulatedImage(filename: ".hidden", content: ByteSource(text: "never looked for"))]
        try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
            _ = try await tree.names("jobs/desk/images")
            emulator.clearRequests()
            for name in [".directory", ".hidden", ".git", ".Trash", "desktop.ini", "ehthumbs.db"] {
                #expect(try await tree.lookup("jobs/desk/images/\(name)") == nil, "\(name)")
            }
            #expect(emulator.count() == 0)
            #expect(try await tree.text("jobs/desk/images/Thumbs.db") == "an image")
        }
    }

    @Test(
        "S1.4 an image that the API refuses or does not have is not listed any more, there is one request for it, and by name it is asked for",
        arguments: [400, 404, 410])
    func refused(_ status: Int) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(Self.pictures) { (emulator) async throws in
                let refused = RequestPattern.path(Self.path)
                emulator.set(.status(status), on: refused)
                try await TestTree.with(emulator.baseURL, cache: scratch.appending("cache")) { (tree) async throws in
                    #expect(try await tree.names("jobs/pictures/images").count == 3)
                    #expect(try await tree.lookup(Self.file) == nil)
                    #expect(try await tree.names("jobs/pictures/images") == ["image_0002.png", "image_0003.png"])
                    #expect(Self.diagnosis(tree)?.isFine == false)
                }
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: scratch.appending("cache")) { (tree) async throws in
                    let names = try await tree.names("jobs/pictures/images")
                    #expect(names == ["image_0002.png", "image_0003.png"])
                    for name in names { _ = try await tree.lookup("jobs/pictures/images/\(name)") }
                    #expect(emulator.count(refused) == 0)
                    #expect(Self.diagnosis(tree)?.isFine == false)
                    emulator.clearFaults()
                    #expect(try await tree.content(Self.file) == Self.bytes)
                }
            }
        }
    }

    @Test(
        "S1.4 what a walk would stumble over is not listed any more once it was refused ahead of the walker",
        arguments: [false, true])
    func refusedAhead(ofReads: Bool) async throws {
        let pictures = EmulatorConfiguration(jobs: [.syntheticImages(id: "pictures", count: 6, size: 100)])
        try await TestTree.with(pictures) { (tree, emulator) async throws in
            let images = "jobs/pictures/images"
            for number in [3, 5, 6] {
                emulator.set(
                    .status(404), on: .path("/results/\(images.dropFirst(5))/\(EmulatedJob.syntheticImageName(number))")
                )
            }
            let all = try await tree.names(images)
            for name in all.prefix(2) {
                if ofReads {
                    #expect(try await tree.content("\(images)/\(name)").count == 100)
                } else {
                    #expect(try await tree.lookup("\(images)/\(name)") != nil)
                }
            }
            while try await tree.names(images).count > 3 { await Task.yield() }
            #expect(try await tree.names(images) == [all[0], all[1], all[3]])
            // One question of a kind for each, and one about the job.
            for name in [all[2], all[4], all[5]] {
                let refused = RequestPattern.path("/results/\(images.dropFirst(5))/\(name)")
                for method in ["GET", "HEAD"] { #expect(emulator.count(refused, method: method) <= 1, "\(name)") }
            }
            #expect(emulator.count(.path("/job/pictures")) == 2)
        }
    }

    private static func diagnosis(_ tree: TestTree) -> Diagnosis? {
        Diagnosis(json: tree.library.explanation(ofPath: file))
    }

    @Test(
        "S1.4 an image that cannot be had for another reason, or of a job that is gone, stays listed or goes with its job"
    )
    func notRefused() async throws {
        for status in [403, 500] {
            try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
                emulator.set(.status(status), on: .path(Self.path))
                #expect(try await tree.names("jobs/pictures/images").count == 3)
                #expect(await tree.failure(Self.file) != nil)
                #expect(try await tree.names("jobs/pictures/images").count == 3, "\(status)")
            }
        }
    }

    @Test("S1.4 a name that is not listed is asked for, is there if the API has it, and is not listed afterwards")
    func unlisted() async throws {
        var job = EmulatedJob.syntheticImages(id: "pictures", count: 1, size: 10)
        job.images.append(EmulatedImage(filename: "page 7 ü.png", content: ByteSource(text: "seven")))
        try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
            #expect(try await tree.lookup("jobs/pictures/images/page 7 ü.png")?.attributes.size == 5)
            #expect(try await tree.text("jobs/pictures/images/page 7 ü.png") == "seven")
            #expect(try await tree.lookup("jobs/pictures/images/page 8.png") == nil)
            #expect(emulator.count(.prefix("/results/pictures/images/page%207%20%C3%BC.png"), method: "GET") == 1)
            #expect(emulator.count(.prefix("/results/pictures/images/page%208.png")) == 1)
            #expect(try await tree.names("jobs/pictures/images") == ["image_0001.png"])
        }
    }

    @Test(
        "S1.4 an unsafe name is absent without a request",
        arguments: ["a/b", "..", "a\nb", String(repeating: "x", count: 256)])
    func unsafe(name: String) async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            let images = try await tree.node("jobs/pictures/images")
            guard case .now(.absent) = tree.answer(name, in: images) else {
                Issue.record("not answered at once")
                return
            }
            #expect(emulator.count(.prefix("/results")) == 0)
        }
    }

    @Test("S2.3 the first bytes of an image are read while the rest is still to come")
    func streaming() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            emulator.set(.stallBody(afterBytes: 100_000), on: .path(Self.path))
            let node = try await tree.node(Self.file)
            #expect(try await tree.read(node, at: 0, count: 65_536) == Array(Self.bytes[..<65_536]))
            try await emulator.waitForStalled(1)
            #expect(try await tree.getattr(node).size == UInt64(Self.size))
            emulator.clearFaults()
            #expect(try await tree.content(Self.file) == Self.bytes)
            #expect(emulator.count(.path(Self.path), method: "GET") == 1)
        }
    }

    @Test(
        "S5.1 a cut image is an error, never a short file, is never kept, and is whole the next time",
        arguments: [
            Fault.Effect.cutBody(afterBytes: 30_000), .cutBody(afterBytes: 0), .resetBody(afterBytes: 30_000),
            .wrongLength(by: 7), .cutBody(afterBytes: 100_000, chunked: true),
        ])
    func cut(effect: Fault.Effect) async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            // Of what was listed, a look asks for the size alone.
            _ = try await tree.names("jobs/pictures/images")
            let before = try await tree.cachedFiles
            emulator.set(effect, on: .path(Self.path))
            await #expect(throws: Errno.ioError) { try await tree.content(Self.file) }
            await tree.library.downloads.waitUntilIdle()
            #expect(try await tree.cachedFiles.filter { $0.contains("/blobs/") } == before)
            emulator.clearFaults()
            #expect(try await tree.content(Self.file) == Self.bytes)
        }
    }

    @Test("an image of unannounced length has its true size")
    func chunked() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            emulator.set(.chunked, on: .path(Self.path))
            #expect(try await tree.lookup(Self.file)?.attributes.size == UInt64(Self.size))
            #expect(try await tree.content(Self.file) == Self.bytes)
        }
    }

    @Test("S5.3 a reader that leaves is answered at once, and the download goes on for the next")
    func interrupted() async throws {
        try await TestTree.with(Self.pictures) { (tree, emulator) async throws in
            emulator.set(.stallBody(afterBytes: 100_000), on: .path(Self.path))
            let node = try await tree.node(Self.file)
            let reader = Task { try await tree.read(node, at: 300_000, count: 10) }
            try await emulator.waitForStalled(1)
            reader.cancel()
            await #expect(throws: Errno.interrupted) { try await reader.value }
            emulator.clearFaults()
            #expect(try await tree.read(node, at: 300_000, count: 10) == Array(Self.bytes[300_000..<300_010]))
            #expect(emulator.count(.path(Self.path), method: "GET") == 1)
        }
    }
}
