import Quantities
import System
package import SystemPackage

/// What a look at every file of a cache has found.
package struct CacheVerification: Sendable, Hashable {
    package struct Finding: Sendable, Hashable {
        package enum Problem: Sendable, Hashable {
            /// The bytes are not what was published. They are here now; nil when someone else took them away meanwhile.
            case damaged(kept: FilePath?)
            /// The index said that it was here.
            case missing
            /// It may be whole: the disk or its rights did not let it be read.
            case unreadable
        }

        package let problem: Problem
        package let job: String
        /// The file's name in the job, or its number where nobody knows the name.
        package let file: String
        /// It cannot be fetched again.
        package let isSingleUse: Bool
    }

    /// Files that were read from end to end.
    package var files = 0
    /// Their content.
    package var bytes: UInt64 = 0
    package var damaged = 0
    package var missing = 0
    package var unreadable = 0
    /// Nobody stopped it half way.
    package var isComplete = false

    mutating func count(_ problem: Finding.Problem) {
        switch problem {
        case .damaged: damaged += 1
        case .missing: missing += 1
        case .unreadable: unreadable += 1
        }
    }
}

/// How far a verification has come, on the disk's count of bytes.
package struct VerificationProgress: Sendable, Hashable {
    package var files = 0
    package var bytes: UInt64 = 0
    package var total: FileTotal
}

/// What a verification says while it goes on.
package enum VerificationEvent: Sendable {
    case progress(VerificationProgress)
    case found(CacheVerification.Finding)
}

extension ArtifactStore {
    /// Reads every blob, sets aside what is not what was published, and mends the index: a row whose blob is not there, and
    /// the count of what is.
    ///
    /// Others may use the cache meanwhile, and whoever has a damaged blob open goes on with it. A cancelled task stops after
    /// the file it is at. `observe` is called in order, from one task; memory does not grow with the cache.
    package func verify(_ observe: @Sendable (VerificationEvent) -> Void) async throws(StoreError) -> CacheVerification
    {
        let shelf = shelf
        var report = CacheVerification()
        var progress = VerificationProgress(total: try await disk.run { shelf.total() })
        for origin in DirectoryListing.names(in: shelf.root).sorted() {
            for job in DirectoryListing.names(in: shelf.root.appending(origin)).sorted() {
                for name in DirectoryListing.names(in: shelf.root.appending(origin).appending(job)).sorted() {
                    guard !Task.isCancelled else { return report }
                    let place = ShelfPlace(origin: origin, job: job, name: name)
                    let check = try await disk.run { shelf.check(place) }
                    if let finding = try await settle(check, place, &report) {
                        report.count(finding.problem)
                        observe(.found(finding))
                    }
                    progress.files += 1
                    progress.bytes +|= check.allocated
                    observe(.progress(progress))
                }
            }
        }
        guard
            try await mendRows({
                report.count($0.problem); observe(.found($0))
            })
        else { return report }
        try await index.recount()
        report.isComplete = true
        return report
    }

    /// What is to be said about a file, after the cache has been mended where it can be.
    private func settle(
        _ check: BlobCheck, _ place: ShelfPlace, _ report: inout CacheVerification
    ) async throws(StoreError) -> CacheVerification.Finding? {
        switch check.state {
        case .gone: return nil
        case .whole(let label):
            report.files += 1
            report.bytes +|= label.size
            return nil
        case .unreadable, .damaged:
            let row = try row(of: place)
            var problem = CacheVerification.Finding.Problem.unreadable
            if case .damaged(let identity) = check.state {
                let shelf = shelf
                problem = .damaged(
                    kept: try await disk.run { () throws(StoreError) in try shelf.setAside(place, ifStill: identity) })
                if let row { try await index.forgetBlobs([ArtifactPlace(job: row.job, slot: row.artifact.slot)]) }
            }
            return CacheVerification.Finding(
                problem: problem, job: place.job, file: row?.artifact.name ?? check.label?.facts.name ?? place.name,
                isSingleUse: row?.artifact.isSingleUse ?? check.label?.facts.isSingleUse ?? false)
        }
    }

    /// A damaged label does not say whose it is: the row is found by the names of the directories.
    private func row(of place: ShelfPlace) throws(StoreError) -> (job: JobOrdinal, artifact: StoredArtifact)? {
        let trees = try index.trees(id: place.job)
        guard let tree = trees.first(where: { OriginName.of($0.job.origin) == place.origin }),
            let artifact = tree.artifacts.first(where: { String($0.slot.rawValue) == place.name })
        else { return nil }
        return (tree.ordinal, artifact)
    }

    private static let page = 256

    /// Looks for the blob of each row that says that it has one. False when the task was cancelled.
    private func mendRows(_ found: (CacheVerification.Finding) -> Void) async throws(StoreError) -> Bool {
        // Eviction takes blobs before their rows: none may be half way.
        let path = directory.claims.appending("eviction")
        guard let lock = try await waiting(for: { () throws(StoreError) in try FetchLock.take(path) }) else {
            return false
        }
        defer { withExtendedLifetime(lock) {} }
        let shelf = shelf
        var last = ArtifactPlace(job: JobOrdinal(0), slot: ArtifactSlot(0))
        while !Task.isCancelled {
            let rows = try index.storedRows(after: last, limit: Self.page)
            guard let end = rows.last else { return true }
            last = end.place
            let missing = try await disk.run { rows.filter { FileFacts(of: shelf.path($0.key)) == nil } }
            guard !missing.isEmpty else { continue }
            try await index.forgetBlobs(missing.map(\.place))
            for row in missing {
                found(
                    CacheVerification.Finding(
                        problem: .missing, job: row.key.job, file: row.name, isSingleUse: row.isSingleUse))
            }
        }
        return false
    }
}
