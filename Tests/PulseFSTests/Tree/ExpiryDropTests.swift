import ArtifactStore
import Foundation
import PulseAPI
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import JobCache

@Suite("The tree: jobs that the API lets go of, with --on-expiry=drop")
struct ExpiryDropTests {
    private static let job = "jobs/pictures"
    private static let images = "\(job)/images"

    @Test("S6.4 --on-expiry=drop removes the files, and says so", arguments: Ending.allCases)
    func drop(ending: Ending) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(PictureJob.configuration()) { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache, onExpiry: .drop) { (tree) async throws in
                    try await PictureJob.readInPart(tree)
                    let held = try await tree.node("\(Self.images)/image_0001.png")
                    let directory = try await tree.node(Self.images)
                    ending.happen(to: PictureJob.completed, emulator)
                    #expect(await tree.failure("\(Self.images)/image_0002.png") == .noSuchFileOrDirectory)
                    #expect(try await tree.cachedFiles.isEmpty)
                    await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.getattr(held) }
                    await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.read(held, at: 0, count: 9) }
                    await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.getattr(directory) }
                    try await expectDropped(tree, ending)
                }
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: cache) { try await expectDropped($0, ending) }
                #expect(emulator.count() == 0)
            }
        }
    }

    private func expectDropped(_ tree: TestTree, _ ending: Ending) async throws {
        #expect(try await tree.names(Self.job) == ["status.json", "error.txt", "index.html"])
        #expect(try await tree.lookup(Self.images) == nil)
        #expect(try await tree.lookup("\(Self.job)/result.md") == nil)
        let explanation = try await tree.text("\(Self.job)/error.txt")
        for words in ending.words + ["--on-expiry=drop"] { #expect(explanation.contains(words), "\(words)") }
        #expect(try await tree.text(".pulsefs/jobs") == "pictures\texpired\n")
    }

    @Test("S6.4 what is on its way when the files are dropped reaches its reader, and not the cache")
    func dropMeanwhile() async throws {
        try await TestTree.with(PictureJob.configuration(), onExpiry: .drop) { (tree, emulator) async throws in
            try await PictureJob.readInPart(tree)
            let node = try await PictureJob.listedNode("image_0003.png", tree)
            _ = try await tree.getattr(node)
            await tree.library.downloads.waitUntilIdle()
            emulator.set(.stallBody(afterBytes: 100), on: .path("/results/pictures/images/image_0003.png"))
            let reading = Task { try await tree.read(node, at: 0, count: 1000) }
            try await emulator.waitForStalled(1)
            Ending.expired.happen(to: PictureJob.completed, emulator)
            let other = try await PictureJob.listedNode("image_0002.png", tree)
            await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.read(other, at: 0, count: 1000) }
            emulator.release()
            #expect(try await reading.value == PictureJob.image(3))
            await tree.library.downloads.waitUntilIdle()
            #expect(try await tree.cachedFiles.isEmpty)
            try await expectDropped(tree, .expired)
        }
    }

    @Test("S3.3 S6.4 --on-expiry=drop keeps what can be fetched only once, and says so")
    func dropSingleUse() async throws {
        let picture = EmulatedImage(filename: "a.png", content: ByteSource(text: "a picture"))
        let once = EmulatedJob(
            id: "once",
            result: .singleUse([
                "markdown": "once",
                "bounding_boxes": ["Images": [["id": "a", "image_url": .hosted("/results/once/images/a.png")]]],
            ]), images: [picture])
        try await TestTree.with(PictureJob.configuration(once), onExpiry: .drop) { (tree, emulator) async throws in
            #expect(try await tree.text("jobs/once/result.md") == "once")
            #expect(try await tree.text("jobs/once/images/a.png") == "a picture")
            await tree.library.downloads.waitUntilIdle()
            try await Shell.run(
                "rm \"$1\"/blobs/*/once/64", [tree.library.store.directory.path.string])
            tree.library.releaseOrphans()
            emulator.remove(job: "once")
            let node = try await tree.node("jobs/once/images/a.png")
            await #expect(throws: Errno.noSuchFileOrDirectory) { try await tree.read(node, at: 0, count: 9) }
            #expect(try await tree.text("jobs/once/result.md") == "once")
            #expect(
                try await tree.names("jobs/once") == [
                    "status.json", "error.txt", "result.md", "result.json", "images", "index.html",
                    "images.jsonl", "contents.md",
                ])
            #expect(try await tree.text("jobs/once/error.txt").contains("only once: that stays readable"))
            #expect(try await tree.names("jobs/once/images").isEmpty)
            #expect(emulator.count(.path("/large_results/once")) == 1)
        }
    }
}
