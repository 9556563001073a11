import Foundation
import GRDB

/// A row that says that its blob is there.
struct StoredRow: Sendable {
    let place: ArtifactPlace
    let key: BlobKey
    let name: String
    let isSingleUse: Bool
}

/// What is here of a job's files.
package struct JobSummary: Sendable, Hashable {
    package let ordinal: JobOrdinal
    /// Files that are known of.
    package let files: Int
    package let storedFiles: Int
    /// Bytes of content of the stored ones.
    package let storedBytes: UInt64
}

/// Looking through the whole index, a page at a time.
extension Index {
    /// Whether there is a row for the job, readable or not.
    func hasRow(origin: String, id: String) throws(StoreError) -> Bool {
        try read { database in
            try Int.fetchOne(
                database, sql: "SELECT 1 FROM job WHERE origin = ? AND id = ?", arguments: [origin, id]) != nil
        }
    }

    /// The rows with a blob after a place, in order.
    func storedRows(after place: ArtifactPlace, limit: Int) throws(StoreError) -> [StoredRow] {
        try storedRows(after: place, limit, where: "stored = 1")
    }

    /// The same of those that cannot be fetched again.
    func singleUseRows(after place: ArtifactPlace, limit: Int) throws(StoreError) -> [StoredRow] {
        try storedRows(after: place, limit, where: "stored = 1 AND singleUse = 1")
    }

    private func storedRows(
        after place: ArtifactPlace, _ limit: Int, where condition: String
    ) throws(StoreError) -> [StoredRow] {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT artifact.job, slot, name, singleUse, origin, id FROM artifact
                    JOIN job ON job.ordinal = artifact.job
                    WHERE (artifact.job, slot) > (?, ?) AND \(condition) ORDER BY artifact.job, slot LIMIT ?
                    """)
            let rows = try Row.fetchAll(
                statement, arguments: [place.job.rawValue, place.slot.rawValue, limit])
            return rows.compactMap { row in
                guard let job = Int64(column: row[0]), let slot = Int64(column: row[1]),
                    let name = String(column: row[2]), let origin = String(column: row[4]),
                    let id = String(column: row[5])
                else { return nil }
                let place = ArtifactPlace(job: JobOrdinal(job), slot: ArtifactSlot(Int(slot)))
                return StoredRow(
                    place: place, key: BlobKey(origin: origin, job: id, slot: place.slot), name: name,
                    isSingleUse: Int64(column: row[3]) == 1)
            }
        }
    }

    /// The jobs that `fingerprint` may read and whose ordinals are in a range, by ordinal.
    func summaries(
        of jobs: ClosedRange<JobOrdinal>, fingerprint: KeyFingerprint?
    ) throws(StoreError) -> [JobSummary] {
        try read { database in
            // Without a key those that anyone may see.
            let (who, key): (String, [Data]) =
                fingerprint.map { ("fingerprint = ? AND", [Data($0.bytes)]) } ?? ("", [])
            let statement = try database.cachedStatement(
                sql: """
                    SELECT known.job, count(slot), ifnull(sum(stored), 0), ifnull(sum(stored * size), 0)
                    FROM (SELECT DISTINCT job FROM grantee WHERE \(who) job BETWEEN ? AND ?) AS known
                    LEFT JOIN artifact ON artifact.job = known.job GROUP BY known.job ORDER BY known.job
                    """)
            let rows = try Row.fetchAll(
                statement,
                arguments: StatementArguments(key) + [jobs.lowerBound.rawValue, jobs.upperBound.rawValue])
            return rows.compactMap { row in
                guard let job = Int64(column: row[0]), let files = Int64(column: row[1]),
                    let stored = Int64(column: row[2]), let bytes = Int64(column: row[3])
                else { return nil }
                return JobSummary(
                    ordinal: JobOrdinal(job), files: Int(files), storedFiles: Int(stored),
                    storedBytes: UInt64(clamping: bytes))
            }
        }
    }
}
