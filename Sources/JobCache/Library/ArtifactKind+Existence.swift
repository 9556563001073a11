import ArtifactStore

/// When the files of a job's directory exist.
extension ArtifactKind {
    /// Before a large result has been fetched, the files that may be in it count as there: looking one up fetches it.
    package func exists(in job: Job, _ library: JobLibrary) -> Bool {
        switch content {
        // What became of the job, or will, is something to show.
        case .answer, .ending, .page: true
        case .explanation: library.explanation(of: job) != nil
        case .directory: job.phase == .completed || (job.phase == .expired && job.hasFiles)
        case .result, .literal: isKnown(in: job, library) || (job.awaitsLargeResult && !library.withholds(job))
        case .source: isKnown(in: job, library)
        }
    }

    private func isKnown(in job: Job, _ library: JobLibrary) -> Bool {
        job.artifact(slot).map { library.mayBeHad($0, of: job) } ?? false
    }

    /// Listed, which is more cautious: a name in a listing should turn out to be there.
    package func isListed(in job: Job, _ library: JobLibrary) -> Bool {
        !isHidden && !(isOptional && job.awaitsLargeResult) && exists(in: job, library)
    }
}
