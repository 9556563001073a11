import ArtifactStore
import JobCache
import PulseAPI

/// `.pulsefs/jobs`: one line a known job, with its state as this mount last heard of it.
enum KnownJobsList {
    /// A listing for people; a cache with more jobs than this is better asked by `ls`.
    private static let longest = 10_000

    static func text(_ catalog: JobCatalog) -> String {
        do throws(Failure) {
            let jobs = try catalog.known(after: JobOrdinal(0), limit: longest)
            return jobs.map { "\($0.id)\t\(PrintableText.line($0.status))\n" }.joined()
        } catch {
            return "the list cannot be read: \(error)\n"
        }
    }
}
