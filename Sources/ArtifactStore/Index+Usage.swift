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

    /// What the blobs take together; one row is read.
    func space() throws(StoreError) -> StoreSpace {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT bytes, singleUseBytes FROM usage")
            let row = try Row.fetchOne(statement)
            var space = StoreSpace()
            space.used = UInt64(clamping: Self.number(row, "bytes"))
            space.irreplaceable = min(space.used, UInt64(clamping: Self.number(row, "singleUseBytes")))
            return space
        }
    }

    /// Blobs that may go as their rows have it, least recently used first, whether the rows are what was written or not. Those
    /// of which a use to come is noted, of before a clock was set back, go before all others: when they were used is not known.
    func leastUsed(
        after position: EvictionCandidate.Position?, limit: Int, at now: Timestamp = .now
    ) throws(StoreError) -> [EvictionCandidate] {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT * FROM artifact WHERE stored = 1 AND singleUse = 0 AND (used, job, slot) > (?, ?, ?) AND used <= ?
                    ORDER BY used, job, slot LIMIT ?
                    """)
            var rows: [Row] = []
            if position == nil {
                rows = try Row.fetchAll(
                    statement, arguments: [now.nanoseconds, Int64.max, Int64.max, Int64.max, limit])
            }
            let isOfFuture = !rows.isEmpty
            if rows.isEmpty {
                rows = try Row.fetchAll(
                    statement,
                    arguments: [
                        position?.used ?? .min, position?.job ?? .min, position?.slot ?? .min, now.nanoseconds, limit,
                    ])
            }
            let jobRow = try database.cachedStatement(sql: "SELECT * FROM job WHERE ordinal = ?")
            var jobs: [Int64: (origin: String, id: String)] = [:]
            var unreadable: Set<Int64> = []
            return try rows.compactMap { row in
                guard let job = Int64(column: row["job"]), let slot = Int64(column: row["slot"]),
                    let used = Int64(column: row["used"])
                else { return nil }
                if jobs[job] == nil, !unreadable.contains(job) {
                    if let known = try Row.fetchOne(jobRow, arguments: [job]).flatMap(StoredJob.init(row:)) {
                        jobs[job] = (known.origin, known.id)
                    } else {
                        unreadable.insert(job)
                    }
                }
                let place = ArtifactPlace(job: JobOrdinal(job), slot: ArtifactSlot(Int(slot)))
                return EvictionCandidate(
                    position: isOfFuture
                        ? EvictionCandidate.Position(used: .min, job: .min, slot: .min)
                        : EvictionCandidate.Position(used: used, job: job, slot: slot), place: place,
                    key: jobs[job].map { BlobKey(origin: $0.origin, job: $0.id, slot: place.slot) },
                    artifact: StoredArtifact(row: row))
            }
        }
    }

    /// Enters what became of blobs that were to go.
    func settle(_ verdicts: [EvictionVerdict]) async throws(StoreError) {
        try await write { database in
            for verdict in verdicts {
                let (job, known) = (verdict.candidate.place.job.rawValue, verdict.candidate.artifact)
                let facts: StoredArtifact? =
                    switch verdict.fate {
                    case .kept(let facts): facts
                    case .removed, .missing, .setAside: (verdict.mended ?? known)?.withoutBlob
                    case .untouched: nil
                    }
                // A row that nothing can mend is left as it is: whoever asks for the job finds it damaged, and asks anew.
                guard let facts else { continue }
                // It may have been fetched again since, or forgotten.
                let row = try Row.fetchOne(
                    database.cachedStatement(sql: "SELECT * FROM artifact WHERE job = ? AND slot = ?"),
                    arguments: [job, facts.slot.rawValue])
                guard let row, StoredArtifact(row: row) == known else { continue }
                try Self.put(database, facts, of: job, usedAt: Timestamp(nanoseconds: 0))
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
