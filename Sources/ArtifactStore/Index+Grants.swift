import Foundation
import GRDB

extension Index {
    /// Jobs that `fingerprint` may read, by ordinal.
    func knownJobs(
        origin: String, fingerprint: KeyFingerprint?, after ordinal: JobOrdinal, limit: Int, withTitles: Bool = false
    ) throws(StoreError) -> [KnownJob] {
        guard let fingerprint else { return try knownJobs(origin: origin, after: ordinal, limit: limit) }
        return try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT ordinal, id, status, terminal, created, updated, checked, pages\(withTitles ? ", title, kind" : "")
                    FROM grantee JOIN job ON job.ordinal = grantee.job
                    WHERE grantee.fingerprint = ? AND grantee.job > ? AND origin = ? ORDER BY grantee.job LIMIT ?
                    """)
            let rows = try Row.fetchCursor(
                statement, arguments: [Data(fingerprint.bytes), ordinal.rawValue, origin, limit])
            var jobs: [KnownJob] = []
            while let row = try rows.next() {
                if let job = KnownJob(positions: row) { jobs.append(job) }
            }
            return jobs
        }
    }

    /// Whoever may see them.
    private func knownJobs(
        origin: String, after ordinal: JobOrdinal, limit: Int
    ) throws(StoreError) -> [KnownJob] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT ordinal, id, status, terminal, created, updated, checked, pages, title, kind FROM job
                    WHERE ordinal > ? AND origin = ? ORDER BY ordinal LIMIT ?
                    """, arguments: [ordinal.rawValue, origin, limit])
            return rows.compactMap { KnownJob(positions: $0) }
        }
    }

    func isGranted(_ ordinal: JobOrdinal, to fingerprint: KeyFingerprint) throws(StoreError) -> Bool {
        try read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT digest FROM grantee WHERE fingerprint = ? AND job = ?")
            let digest = try Int64.fetchOne(statement, arguments: [Data(fingerprint.bytes), ordinal.rawValue])
            return digest == fingerprint.digest(ordinal.rawValue)
        }
    }

    /// Takes a grant back: the API has said no to this key.
    func revoke(_ ordinal: JobOrdinal, from fingerprint: KeyFingerprint) async throws(StoreError) {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM grantee WHERE fingerprint = ? AND job = ?",
                arguments: [Data(fingerprint.bytes), ordinal.rawValue])
        }
    }
}

extension KnownJob {
    /// By position: names are looked up for each row, and there may be a hundred thousand.
    init?(positions row: Row) {
        guard let ordinal = Int64(column: row[0]), let id = String(column: row[1]),
            let status = String(column: row[2]), let checked = Int64(column: row[6])
        else { return nil }
        self.init(
            ordinal: JobOrdinal(ordinal), id: id, status: status, isTerminal: Int64(column: row[3]) == 1,
            createdAt: Int64(column: row[4]).map(Timestamp.init(nanoseconds:)),
            updatedAt: Int64(column: row[5]).map(Timestamp.init(nanoseconds:)),
            checkedAt: Timestamp(nanoseconds: checked), pageCount: Int64(column: row[7]).map(Int.init))
        guard row.count > 9 else { return }
        (title, kind) = (String(column: row[8]), String(column: row[9]))
    }
}
