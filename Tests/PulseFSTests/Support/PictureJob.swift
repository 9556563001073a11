import FUSE
import Foundation
import PulseEmulator
import PulseTestSupport
import Testing

@testable import JobCache

/// How the API says that it has let go of a job.
enum Ending: String, CaseIterable, Sendable {
    case expired, removed, gone

    /// The API lets go of the job from now on.
    func happen(to job: EmulatedJob, _ emulator: Emulator) {
        switch self {
        case .expired:
            var job = job
            job.timetable = PictureJob.ended(.expired)
            emulator.add(job: job)
        case .removed: emulator.remove(job: job.id)
        case .gone: emulator.set(.status(410), on: .any)
        }
    }

    /// Words of `error.txt`.
    var words: [String] {
        switch self {
        case .expired: ["The job expired", "has been purged"]
        case .removed: ["The job is gone", "was answered 404"]
        case .gone: ["The job is gone", "was answered 410"]
        }
    }
}

/// A completed job with three images, of which `updated_at` is always the same.
enum PictureJob {
    static let id = "pictures"
    static let asked = RequestPattern.path("/job/pictures")
    static let results = RequestPattern.prefix("/results/pictures/")

    static var completed: EmulatedJob {
        var job = EmulatedJob.syntheticImages(id: id, count: 3, size: 1000)
        job.timetable = ended(.completed)
        return job
    }

    static func ended(_ status: EmulatedJobStatus) -> JobTimetable {
        .finished(status, created: Date(timeIntervalSince1970: 1_740_000_000), took: .seconds(60))
    }

    static func image(_ number: Int) -> [UInt8] { SyntheticImage(size: 1000, seed: UInt64(number)).bytes }

    static func configuration(_ jobs: EmulatedJob...) -> EmulatorConfiguration {
        EmulatorConfiguration(jobs: [completed] + jobs)
    }

    /// Reads the document and the first image.
    static func readInPart(_ tree: TestTree) async throws {
        _ = try await tree.content("jobs/pictures/result.md")
        _ = try await tree.content("jobs/pictures/images/image_0001.png")
        await tree.library.downloads.waitUntilIdle()
    }

    /// The node of an image that is known from the listing alone.
    static func listedNode(_ name: String, _ tree: TestTree) async throws -> NodeID {
        try #require(try await tree.entries("jobs/pictures/images").first { $0.name == name }).node
    }
}
