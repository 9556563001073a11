import GRDB
import Quantities

/// What the blobs of a cache take together, as the index has it.
package struct CacheUsage: Sendable, Hashable, Codable {
    /// On the disk, labels included.
    package var bytes: UInt64
    package var files: Int
    /// The part that cannot be fetched again.
    package var singleUseBytes: UInt64
    package var singleUseFiles: Int
    package var jobs: Int
}

/// Counts what happened to the listing of known jobs since the index was made.
package struct ListingState: Sendable, Hashable {
    package let changes: Int64
    /// The part that were removals.
    package let removals: Int64
}

/// A blob by its row.
struct ArtifactPlace: Hashable, Sendable {
    let job: JobOrdinal
    let slot: ArtifactSlot
}

extension Index {
    /// Bytes of all blobs; one row is read.
    func usedBytes() throws(StoreError) -> UInt64 {
        try read { UInt64(clamping: try Int64.fetchOne($0.cachedStatement(sql: "SELECT bytes FROM usage")) ?? 0) }
    }

    func usage() throws(StoreError) -> CacheUsage {
        try read { database in
            let jobs = try Int.fetchOne(database, sql: "SELECT count(*) FROM job") ?? 0
            let row = try Row.fetchOne(database, sql: "SELECT * FROM usage")
            return CacheUsage(
                bytes: UInt64(clamping: Self.number(row, "bytes")), files: Int(Self.number(row, "files")),
                singleUseBytes: UInt64(clamping: Self.number(row, "singleUseBytes")),
                singleUseFiles: Int(Self.number(row, "singleUseFiles")), jobs: jobs)
        }
    }

    private static func number(_ row: Row?, _ column: String) -> Int64 {
        row.flatMap { Int64(column: $0[column]) } ?? 0
    }

    func listing() throws(StoreError) -> ListingState {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT listing, removals FROM usage")
            let row = try Row.fetchOne(statement)
            return ListingState(changes: Self.number(row, "listing"), removals: Self.number(row, "removals"))
        }
    }

    /// Blobs that may go, least recently used first. Those of which a use to come is noted, of before a clock was set back, go
    /// before all others: when they were used is not known.
    func leastUsed(limit: Int, at now: Timestamp = .now) throws(StoreError) -> [(
        place: ArtifactPlace, key: BlobKey, bytes: UInt64
    )] {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT artifact.job, slot, origin, id, ifnull(allocated, 0) FROM artifact
                    JOIN job ON job.ordinal = artifact.job
                    WHERE stored = 1 AND singleUse = 0 AND used BETWEEN ? AND ? ORDER BY used LIMIT ?
                    """)
            let to = try Row.fetchAll(statement, arguments: [(now.nanoseconds +| 1), Int64.max, limit])
            let from = try Row.fetchAll(statement, arguments: [Int64.min, now.nanoseconds, limit - to.count])
            return (to + from).compactMap { row in
                guard let job = Int64(column: row[0]), let number = Int64(column: row[1]),
                    let origin = String(column: row[2]), let id = String(column: row[3])
                else { return nil }
                let slot = ArtifactSlot(Int(number))
                return (
                    ArtifactPlace(job: JobOrdinal(job), slot: slot), BlobKey(origin: origin, job: id, slot: slot),
                    UInt64(clamping: Int64(column: row[4]) ?? 0)
                )
            }
        }
    }

    /// Notes that blobs are gone; sizes and digests of the rows go on being known.
    func forgetBlobs(_ places: [ArtifactPlace]) async throws(StoreError) {
        try await write { database in
            for place in places {
                let row = try Row.fetchOne(
                    database.cachedStatement(sql: "SELECT * FROM artifact WHERE job = ? AND slot = ?"),
                    arguments: [place.job.rawValue, place.slot.rawValue])
                guard let row else { continue }
                guard let artifact = StoredArtifact(row: row) else {
                    // Nothing of a damaged row is worth keeping, and it would be the next to go again.
                    try database.execute(
                        sql: "DELETE FROM artifact WHERE job = ? AND slot = ?",
                        arguments: [place.job.rawValue, place.slot.rawValue])
                    continue
                }
                try Self.put(
                    database, artifact.withoutBlob, of: place.job.rawValue, usedAt: Timestamp(nanoseconds: 0))
            }
        }
    }

    /// Notes when blobs were last used. A use to come, as it is noted of before a clock was set back, counts as none.
    func touch(_ uses: [ArtifactPlace: Timestamp], at now: Timestamp = .now) async throws(StoreError) {
        try await write { database in
            let statement = try database.cachedStatement(
                sql: """
                    UPDATE artifact SET used = CASE WHEN used > ? THEN ? ELSE max(used, ?) END WHERE job = ? AND slot = ?
                    """)
            for (place, time) in uses {
                let used = time.nanoseconds
                try statement.execute(
                    arguments: [now.nanoseconds, used, used, place.job.rawValue, place.slot.rawValue])
            }
        }
    }

    /// Counts again what the triggers keep: after damage the numbers may be anything.
    func recount() async throws(StoreError) {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE usage SET (bytes, files, singleUseBytes, singleUseFiles) =
                        (SELECT ifnull(sum(allocated), 0), count(*), ifnull(sum(singleUse * allocated), 0),
                            ifnull(sum(singleUse), 0) FROM artifact WHERE stored = 1)
                    """)
        }
    }
}
