import Quantities
import System
import SystemPackage

/// How many files, and what they take.
package struct FileTotal: Sendable, Hashable, Codable {
    package var files = 0
    /// On the disk.
    package var bytes: UInt64 = 0

    package init(files: Int = 0, bytes: UInt64 = 0) { (self.files, self.bytes) = (files, bytes) }

    mutating func add(_ allocated: UInt64) {
        files += 1
        bytes +|= allocated
    }
}

/// What a cache takes of the disk, part by part.
package struct CacheSurvey: Sendable, Hashable {
    package let usage: CacheUsage
    /// Bytes that blobs may take.
    package let limit: UInt64
    /// The index with its log.
    package let indexBytes: UInt64
    /// Free and total bytes of the disk; nil when it does not say.
    package let freeBytes: UInt64?
    package let diskBytes: UInt64?
    /// Damaged files.
    package let quarantine: FileTotal
    /// What arrived and could not be used, and cannot be fetched again.
    package let aside: FileTotal
}

extension ArtifactStore {
    /// What the blobs take together, as the index has it.
    package func usage() throws(StoreError) -> CacheUsage { try index.usage() }

    /// All jobs that `fingerprint` may read, with what is here of their files, in the order they became known.
    package func knownJobs(
        origin: String, fingerprint: KeyFingerprint?
    ) throws(StoreError) -> [(job: KnownJob, files: JobSummary)] {
        var jobs: [(job: KnownJob, files: JobSummary)] = []
        var last = JobOrdinal(0)
        while true {
            let page = try index.knownJobs(
                origin: origin, fingerprint: fingerprint, after: last, limit: 1024, withTitles: true)
            guard let first = page.first, let end = page.last else { return jobs }
            last = end.ordinal
            let files = try index.summaries(of: first.ordinal...end.ordinal, fingerprint: fingerprint)
            let byJob = Dictionary(files.map { ($0.ordinal, $0) }, uniquingKeysWith: { $1 })
            // One that was forgotten between the two looks is none.
            jobs += page.compactMap { job in byJob[job.ordinal].map { (job, $0) } }
        }
    }

    /// Looks at names and sizes; reads no blob.
    package func survey() async throws(StoreError) -> CacheSurvey {
        let (directory, limit, usage) = (directory, limits.size, try usage())
        return try await disk.run {
            let space = directory.space()
            let index = Index.files(of: directory.index).reduce(0) { $0 +| (FileFacts(of: $1)?.allocated ?? 0) }
            return CacheSurvey(
                usage: usage, limit: limit, indexBytes: index, freeBytes: space?.free, diskBytes: space?.total,
                quarantine: .of(directory.quarantine), aside: .of(directory.aside))
        }
    }
}

extension FileTotal {
    /// The files directly in a directory. Blocks on the disk.
    static func of(_ directory: FilePath) -> FileTotal {
        DirectoryListing.names(in: directory).reduce(into: FileTotal()) { total, name in
            if let facts = FileFacts(of: directory.appending(name)) { total.add(facts.allocated) }
        }
    }
}
