import Foundation
import GRDB

/// The jobs that became known last.
extension Index {
    /// Jobs that `fingerprint` may read, the last that became known first; each with its first file from this slot on whose bytes
    /// are here.
    func latestJobs(
        origin: String, fingerprint: KeyFingerprint, limit: Int, filesFrom first: ArtifactSlot
    ) throws(StoreError) -> [LatestJob] {
        try read { database in
            let jobs = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT ordinal, id, status, terminal, created, updated, checked, pages, title, kind
                        FROM grantee JOIN job ON job.ordinal = grantee.job
                        WHERE grantee.fingerprint = ? AND origin = ? ORDER BY grantee.job DESC LIMIT ?
                        """), arguments: [Data(fingerprint.bytes), origin, limit]
            ).compactMap(KnownJob.init(positions:))
            let file = try database.cachedStatement(
                sql: "SELECT * FROM artifact WHERE job = ? AND slot >= ? AND stored = 1 ORDER BY slot LIMIT 1")
            return try jobs.map { job in
                let row = try Row.fetchOne(file, arguments: [job.ordinal.rawValue, first.rawValue])
                return LatestJob(job: job, file: row.flatMap(StoredArtifact.init(row:)))
            }
        }
    }
}

/// A job and one of its files.
package struct LatestJob: Sendable, Hashable {
    package let job: KnownJob
    package let file: StoredArtifact?
}

extension ArtifactStore {
    /// The jobs that `fingerprint` may read, the last that became known first; each with its first file from this slot on whose
    /// bytes are here.
    package func latestJobs(
        origin: String, fingerprint: KeyFingerprint, limit: Int, filesFrom first: ArtifactSlot
    ) throws(StoreError) -> [LatestJob] {
        try index.latestJobs(origin: origin, fingerprint: fingerprint, limit: limit, filesFrom: first)
    }
}
