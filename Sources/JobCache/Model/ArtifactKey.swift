import ArtifactStore
import PulseAPI

/// A file of a job that has bytes of its own at the API, whether it has a number yet or not.
struct ArtifactKey: Hashable, Sendable {
    let job: JobOrdinal
    let file: File

    enum File: Hashable, Sendable {
        case image(FileName)
        /// No image, whatever an image is called.
        case own(ArtifactSlot)
    }

    init(_ job: Job, _ name: String, _ source: ArtifactSource) {
        self.job = job.ordinal
        file = source.slot.map { .own($0) } ?? .image(FileName(name))
    }
}
