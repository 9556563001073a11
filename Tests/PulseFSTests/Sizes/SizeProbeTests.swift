import ArtifactStore
import PulseAPI
import PulseEmulator
import Testing

@testable import JobCache

/// Finding out how large one file is.
@Suite("Questions for sizes", .timeLimit(.minutes(2)))
struct SizeProbeTests {
    private static let size = 3_000
    private static let requests = RequestPattern.prefix("/results/")

    /// Jobs with one image each: what is learnt of one asks for no other.
    private struct Rig {
        let library: JobLibrary
        let emulator: Emulator
        let jobs: [Job]

        var sizes: SizeProbe { library.reader.sizes }

        func image(of number: Int) throws -> (StoredArtifact, ArtifactSource) {
            let artifact = try #require(jobs[number].image(named: EmulatedJob.syntheticImageName(1)))
            return (artifact, try #require(artifact.source.flatMap(ArtifactSource.init(text:))))
        }

        func sized(_ number: Int, isToBeRead: Bool = false) async throws -> StoredArtifact {
            let (artifact, source) = try image(of: number)
            return try await sizes.sized(artifact, from: source, of: jobs[number], isToBeRead: isToBeRead, by: 0)
        }

        /// As of an image that no listing has.
        func unlisted(_ number: Int) async throws -> UInt64 {
            let (artifact, source) = try image(of: number)
            return try await sizes.size(ofUnlisted: artifact.name, from: source, of: jobs[number])
        }

        func disprove(_ number: Int) throws {
            let (artifact, source) = try image(of: number)
            sizes.disprove(artifact.name, from: source, of: jobs[number])
        }

        func asked(_ method: String) -> Int { emulator.count(SizeProbeTests.requests, method: method) }
    }

    private static func with(_ body: (Rig) async throws -> Void) async throws {
        let ids = ["a", "b", "c"]
        let configuration = EmulatorConfiguration(
            jobs: ids.map { .syntheticImages(id: $0, count: 1, size: size) })
        try await TestTree.with(configuration) { (tree, emulator) async throws in
            var jobs: [Job] = []
            for id in ids { jobs.append(try await tree.library.refresh(try #require(JobID(id)))) }
            let rig = Rig(library: tree.library, emulator: emulator, jobs: jobs)
            // A name that was listed is looked at for its size alone.
            for job in jobs { rig.sizes.noticeListing(of: job.ordinal) }
            try await body(rig)
        }
    }

    @Test("an image is asked for its size by one HEAD, and never again")
    func head() async throws {
        try await Self.with { (rig) async throws in
            let sized = try await rig.sized(0)
            #expect(sized.size == UInt64(Self.size) && !sized.isStored)
            #expect(try rig.image(of: 0).0.size == UInt64(Self.size))
            #expect(try await rig.sized(0).size == UInt64(Self.size))
            #expect(rig.asked("HEAD") == 1 && rig.asked("GET") == 0)
        }
    }

    @Test("of an image that is to be read the bytes are asked for, and the size comes with them")
    func toBeRead() async throws {
        try await Self.with { (rig) async throws in
            #expect(try await rig.sized(0, isToBeRead: true).size == UInt64(Self.size))
            #expect(rig.asked("HEAD") == 0 && rig.asked("GET") == 1)
        }
    }

    @Test("an image that no listing has is asked for by GET")
    func unlisted() async throws {
        try await Self.with { (rig) async throws in
            #expect(try await rig.unlisted(0) == UInt64(Self.size))
            #expect(rig.asked("HEAD") == 0 && rig.asked("GET") == 1)
        }
    }

    @Test("a server whose HEAD has told a wrong size is not asked by HEAD again, and one whose GET did is")
    func disproved() async throws {
        try await Self.with { (rig) async throws in
            _ = try await rig.unlisted(0)
            try rig.disprove(0)
            _ = try await rig.sized(1)
            #expect(rig.asked("HEAD") == 1 && rig.asked("GET") == 1)
            try rig.disprove(1)
            #expect(try await rig.sized(2).size == UInt64(Self.size))
            #expect(rig.asked("HEAD") == 1 && rig.asked("GET") == 2)
        }
    }

    @Test("a file that has come meanwhile stays what it is")
    func stored() async throws {
        try await Self.with { (rig) async throws in
            let (artifact, source) = try rig.image(of: 0)
            let stored = try await rig.library.downloads.bring(
                artifact.name, from: source, of: rig.jobs[0], isLost: false)
            #expect(stored?.isStored == true)
            var wrong = artifact
            wrong.size = 1
            #expect(rig.sizes.note(wrong, of: rig.jobs[0]) == stored)
            #expect(try rig.image(of: 0).0 == stored)
        }
    }

    @Test("an image that the API does not have has no size")
    func absent() async throws {
        try await Self.with { (rig) async throws in
            rig.emulator.set(.status(404), on: Self.requests)
            await #expect { try await rig.sized(0) } throws: { ($0 as? Failure)?.reason == .notFound }
            #expect(try rig.image(of: 0).0.size == nil)
        }
    }
}
