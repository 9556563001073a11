import ArtifactStore
import Pages

/// What a page was made from, in the words by which the index knows whether it is still the right one.
struct PageLabel: Hashable, Sendable {
    let text: String

    /// Of the page that a job has now: another program, another state, other files make another.
    init(of job: Job, _ library: JobLibrary) {
        let files = [ArtifactSlot.markdown, .result].map { slot -> String in
            guard let artifact = job.artifact(slot), library.mayBeHad(artifact, of: job) else { return "-" }
            return artifact.size.map(String.init) ?? "?"
        }
        let state = library.withholds(job) ? "withheld" : job.phase.rawValue
        let parts = ["page:\(JobPage.version)", state, String(job.facts.modifiedAt.nanoseconds)]
        text = (parts + files).joined(separator: " ")
    }
}
