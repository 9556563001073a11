import ArtifactStore

/// When the files of a job's directory exist.
extension JobFile {
    /// Before a large result has been fetched, the files that may be in it count as there: looking one up fetches it.
    static func exists(_ slot: ArtifactSlot, in job: Job, _ library: JobLibrary) -> Bool {
        let mayCome = job.awaitsLargeResult && !library.withholds(job)
        return switch slot {
        // What became of the job is something to show.
        case .status, .page: true
        case .error: library.explanation(of: job) != nil
        case .images: job.phase == .completed || (job.phase == .expired && job.hasFiles)
        case .markdown, .result, .html: isKnown(slot, in: job, library) || mayCome
        default: isKnown(slot, in: job, library)
        }
    }

    private static func isKnown(_ slot: ArtifactSlot, in job: Job, _ library: JobLibrary) -> Bool {
        job.artifact(slot).map { library.mayBeHad($0, of: job) } ?? false
    }

    /// Listed, which is more cautious: a name in a listing should turn out to be there.
    static func isListed(_ slot: ArtifactSlot, in job: Job, _ library: JobLibrary) -> Bool {
        slot == .html && job.awaitsLargeResult ? false : exists(slot, in: job, library)
    }
}
