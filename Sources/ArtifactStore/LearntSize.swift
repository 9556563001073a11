/// The facts of a file of which only the size has become known, or that it is not known any more.
package struct LearntSize: Sendable, Hashable {
    package let job: JobOrdinal
    package let artifact: StoredArtifact

    package init(_ artifact: StoredArtifact, of job: JobOrdinal) {
        self.job = job
        self.artifact = artifact
    }
}
