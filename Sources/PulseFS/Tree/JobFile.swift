import ArtifactStore

/// The files of a job's directory, other than its images: their names, and when they exist.
enum JobFile {
    /// In the order of a listing.
    static let all: [(name: String, slot: ArtifactSlot)] = [
        ("status.json", .status),
        ("error.txt", .error),
        ("result.md", .markdown),
        ("result.json", .result),
        ("result.html", .html),
        ("form.pdf", .form),
        ("images", .images),
        ("index.html", .page),
    ]

    /// Not in the list: whoever reads all there is does not come to wait.
    static let waitName = ".wait"

    static func slot(named name: String) -> ArtifactSlot? { all.first { $0.name == name }?.slot }

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

    static func dependsOnLargeResult(_ slot: ArtifactSlot) -> Bool {
        slot == .markdown || slot == .result || slot == .html || slot == .page
    }
}
