import Foundation
import GRDB

/// When the bytes of a file became others than had been shown, as far as this cache has seen it.
package struct StoredChange: Sendable, Hashable {
    package var job: JobOrdinal
    package var slot: ArtifactSlot
    package var at: Timestamp

    package init(job: JobOrdinal, slot: ArtifactSlot, at: Timestamp) {
        (self.job, self.slot, self.at) = (job, slot, at)
    }
}

extension ArtifactStore {
    /// All changes that were recorded, the latest of each file; at most `limit`.
    package func changes(limit: Int = 100_000) throws(StoreError) -> [StoredChange] { try index.changes(limit) }

    /// Keeps when a file changed, over the end of the mount that saw it. Does nothing for a job that is not known any more.
    package func record(_ change: StoredChange) async throws(StoreError) { try await index.record(change) }
}

extension Index {
    static func createChanges(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE change (
                    job INTEGER NOT NULL REFERENCES job (ordinal) ON DELETE CASCADE,
                    slot INTEGER NOT NULL,
                    at INTEGER NOT NULL,
                    PRIMARY KEY (job, slot)
                ) STRICT, WITHOUT ROWID;
                """)
    }

    fileprivate func changes(_ limit: Int) throws(StoreError) -> [StoredChange] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT job, slot, at FROM change ORDER BY at DESC LIMIT ?", arguments: [limit]
            )
            .compactMap { row in
                guard let job = Int64(column: row[0]), let slot = Int64(column: row[1]), let at = Int64(column: row[2])
                else { return nil }
                return StoredChange(
                    job: JobOrdinal(job), slot: ArtifactSlot(Int(clamping: slot)), at: Timestamp(nanoseconds: at))
            }
        }
    }

    fileprivate func record(_ change: StoredChange) async throws(StoreError) {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO change (job, slot, at)
                    SELECT ordinal, ?, ? FROM job WHERE ordinal = ?
                    """,
                arguments: [Int64(change.slot.rawValue), change.at.nanoseconds, change.job.rawValue])
        }
    }
}
