import ArtifactStore
import PulseAPI
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The table of a job's files")
struct ArtifactKindTests {
    @Test("no name and no number stands for two files, or for a part too")
    func unique() {
        let kinds = ArtifactKind.all
        #expect(Set(kinds.map(\.name)).count == kinds.count)
        #expect(Set(kinds.map(\.slot)).count == kinds.count)
        for kind in kinds {
            #expect(PartFile.target(named: kind.name) == nil, "\(kind.name)")
            #expect(PartDirectory(rawValue: kind.slot.rawValue) == nil && kind.slot != .parts, "\(kind.name)")
            #expect(!kind.slot.isImage && kind.slot.partNumber == nil, "\(kind.name)")
            #expect(ArtifactKind(named: kind.name)?.slot == kind.slot)
            #expect(ArtifactKind(kind.slot)?.name == kind.name)
        }
        #expect(ArtifactKind(.firstImage) == nil && ArtifactKind(named: "image.png") == nil)
    }

    @Test("inodes and indexes that exist keep their meaning")
    func numbers() {
        let numbers = Dictionary(uniqueKeysWithValues: ArtifactKind.all.map { ($0.name, $0.slot.rawValue) })
        let written = [
            "status.json": 1, "error.txt": 2, "result.md": 3, "result.json": 4, "result.html": 5, "form.pdf": 6,
            ".wait": 7, "images": 8, "index.html": 9,
        ]
        for (name, number) in written { #expect(numbers[name] == number, "\(name)") }
    }

    @Test("README.txt names each, on a line of its own")
    func readMe() {
        let lines = String(decoding: ReadMe.bytes, as: UTF8.self).split(separator: "\n")
        for kind in ArtifactKind.all {
            let shown = kind.mediaType == nil ? "  \(kind.name)/" : "  \(kind.name) "
            #expect(lines.count { $0.hasPrefix(shown) && $0.hasSuffix(" \(kind.readMe)") } == 1, "\(kind.name)")
        }
    }

    @Test("a file that is asked for by itself is found again by where it comes from")
    func sources() {
        for kind in ArtifactKind.all {
            guard case .source(let source, _) = kind.content else { continue }
            #expect(source.slot == kind.slot, "\(kind.name)")
            #expect(StoredArtifact(kind, source: source.text).source.flatMap(ArtifactSource.init(text:)) == source)
        }
    }

    @Test("what is made here is neither fetched nor kept by pulsefs fetch, and all else is one or the other")
    func madeOrFetched() {
        for kind in ArtifactKind.all where kind.mediaType != nil {
            #expect(kind.isMadeHere != kind.isFetched, "\(kind.name)")
        }
    }

    @Test("the path of an image leads back to its name, and no other path does")
    func imagePaths() {
        for name in ["a.png", "images", "form.pdf"] {
            #expect(ArtifactKind.imageName(inPath: ArtifactKind.path(ofImage: name)) == name)
        }
        for path in ["images", "form.pdf", "pages/images/a.png", ""] {
            #expect(ArtifactKind.imageName(inPath: path) == nil, "\(path)")
        }
    }

    @Test("an image with the name of another file is still an image")
    func keys() throws {
        let facts = StoredJob(
            origin: "https://api.example", id: "job-1", status: "completed", isTerminal: true, createdAt: nil,
            updatedAt: nil, checkedAt: APITime.now, statusDocument: [], explanation: nil,
            largeResultURL: nil)
        let id = try #require(JobID("job-1"))
        let form = StoredArtifact(.form, source: ArtifactSource.formPDF.text)
        let image = StoredArtifact(
            slot: .firstImage, name: "form.pdf", size: 1, source: "image:form.pdf", isListed: true)
        let job = Job(ordinal: JobOrdinal(1), id: id, facts: facts, artifacts: [form, image])
        let keys = [form, image].compactMap { artifact in
            artifact.source.flatMap(ArtifactSource.init(text:)).map { ArtifactKey(job, artifact.name, $0) }
        }
        #expect(Set(keys).count == 2)
        #expect(keys.map { job.artifact($0.file)?.slot } == [.form, .firstImage])
    }
}
