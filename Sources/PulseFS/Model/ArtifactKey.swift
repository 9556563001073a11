import ArtifactStore

/// A file of a job that has bytes of its own at the API, whether it has a number yet or not.
struct ArtifactKey: Hashable, Sendable {
    let job: JobOrdinal
    /// Nil is the form, which is no image whatever an image is called.
    let image: FileName?

    init(_ job: Job, _ name: String, _ source: ArtifactSource) {
        self.job = job.ordinal
        image = source == .formPDF ? nil : FileName(name)
    }
}
