import Foundation
import GRDB

extension Index {
    /// Nil when it is not known, or not readable any more.
    func tree(origin: String, id: String) throws(StoreError) -> StoredTree? {
        try read { database in try Self.tree(database, Self.row(database, origin, id)) }
    }

    /// The row of a job, found by its name and then read by its number: SQLite would take the name from where it found it,
    /// and not notice that the row has another.
    private static func row(_ database: Database, _ origin: String, _ id: String) throws -> Row? {
        let found = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT ordinal FROM job WHERE origin = ? AND id = ?"),
            arguments: [origin, id])
        guard let found else { return nil }
        let row = try row(database, found)
        guard let row, String(column: row["origin"]) == origin, String(column: row["id"]) == id else {
            // No part of such a file can be trusted to find anything.
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a job was found under another's name")
        }
        return row
    }

    private static func row(_ database: Database, _ ordinal: Int64) throws -> Row? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM job WHERE ordinal = ?"), arguments: [ordinal])
    }

    func tree(_ ordinal: JobOrdinal) throws(StoreError) -> StoredTree? {
        try read { database in try Self.tree(database, Self.row(database, ordinal.rawValue)) }
    }

    private static func tree(_ database: Database, _ row: Row?) throws -> StoredTree? {
        guard let row, let job = StoredJob(row: row) else { return nil }
        let ordinal = JobOrdinal(row["ordinal"])
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT * FROM artifact WHERE job = ? ORDER BY slot"),
            arguments: [ordinal.rawValue])
        let artifacts = rows.compactMap(StoredArtifact.init(row:))
        // Files that are missing from a listing would be lies about the job.
        guard artifacts.count == rows.count, Int64(column: row["files"]) == Int64(rows.count) else { return nil }
        return StoredTree(ordinal: ordinal, job: job, artifacts: artifacts)
    }

    /// One file of a job by its number, or by its name when it has none that is known; nil when there is none, or its row is
    /// damaged.
    func artifact(of job: JobOrdinal, _ slot: ArtifactSlot?, named name: String) throws(StoreError) -> StoredArtifact? {
        try read { database in
            let rows =
                if let slot {
                    try Row.fetchAll(
                        database.cachedStatement(sql: "SELECT * FROM artifact WHERE job = ? AND slot = ?"),
                        arguments: [job.rawValue, slot.rawValue])
                } else {
                    try Row.fetchAll(
                        database.cachedStatement(
                            sql: "SELECT * FROM artifact WHERE job = ? AND name = ? ORDER BY slot"),
                        arguments: [job.rawValue, name])
                }
            // Swift's own comparison takes two spellings of a letter for one.
            return rows.lazy.compactMap(StoredArtifact.init(row:)).first { $0.name.utf8.elementsEqual(name.utf8) }
        }
    }

    /// Whether there is such a job.
    func isKnown(_ job: JobOrdinal) throws(StoreError) -> Bool {
        try read { database in
            try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT ordinal FROM job WHERE ordinal = ?"), arguments: [job.rawValue])
                != nil
        }
    }

    /// The jobs of this id, of whatever API. Looks at every row.
    func trees(id: String) throws(StoreError) -> [StoredTree] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM job WHERE id = ?", arguments: [id]).compactMap {
                try Self.tree(database, $0)
            }
        }
    }

    /// Takes in what the API has just said of a job, and that it said so to `fingerprint`.
    ///
    /// `artifacts` replace those of the same slot; others stay. Nil leaves the artifacts as they are.
    func record(
        _ job: StoredJob, artifacts: [StoredArtifact]?, grantedTo fingerprint: KeyFingerprint, at now: Timestamp
    ) async throws(StoreError) -> JobOrdinal {
        try await write { database in
            _ = try Self.removeDamaged(database, job.origin, job.id)
            let ordinal = try Self.put(database, job)
            for artifact in artifacts ?? [] { try Self.put(database, artifact, of: ordinal, usedAt: now) }
            try Self.grant(database, ordinal, to: fingerprint)
            try Self.readBack(database, job)
            return JobOrdinal(ordinal)
        }
    }

    /// Enters what blobs say of jobs that the index does not have; what it has it knows better.
    func restore(_ trees: [LabelledTree], at now: Timestamp) async throws(StoreError) {
        try await write { database in
            for tree in trees {
                guard try Self.removeDamaged(database, tree.job.origin, tree.job.id) else { continue }
                let ordinal = try Self.put(database, tree.job)
                for artifact in tree.artifacts { try Self.put(database, artifact, of: ordinal, usedAt: now) }
                try Self.grant(database, ordinal, to: tree.grantee)
                try Self.readBack(database, tree.job)
            }
        }
    }

    /// Writes an artifact's facts, over those of the same slot.
    func put(_ artifact: StoredArtifact, of job: JobOrdinal, at now: Timestamp) async throws(StoreError) {
        try await write { database in
            try Self.checkKnown(database, job)
            try Self.put(database, artifact, of: job.rawValue, usedAt: now)
        }
    }

    /// Enters sizes of files that have a row and no blob.
    func learn(_ sizes: [LearntSize]) async throws(StoreError) {
        try await write { database in
            let isStored = try database.cachedStatement(sql: "SELECT stored FROM artifact WHERE job = ? AND slot = ?")
            for size in sizes {
                let key: StatementArguments = [size.job.rawValue, size.artifact.slot.rawValue]
                guard try Bool.fetchOne(isStored, arguments: key) == false else { continue }
                // Nobody has used it yet.
                try Self.put(
                    database, size.artifact, of: size.job.rawValue, usedAt: Timestamp(nanoseconds: 0))
            }
        }
    }

    /// Gives a name that was not listed a slot of its own, or finds the one it has; no slot below `first` is given.
    func slot(forUnlisted name: String, of job: JobOrdinal, from first: ArtifactSlot) async throws(StoreError)
        -> ArtifactSlot
    {
        try await write { database in
            try Self.checkKnown(database, job)
            let known = try Int.fetchOne(
                database, sql: "SELECT slot FROM artifact WHERE job = ? AND name = ? AND slot >= ?",
                arguments: [job.rawValue, name, first.rawValue])
            if let known { return ArtifactSlot(known) }
            let highest = try Int.fetchOne(
                database, sql: "SELECT max(slot) FROM artifact WHERE job = ?", arguments: [job.rawValue])
            let slot = max(first.rawValue, (highest ?? 0) + 1)
            let artifact = StoredArtifact(
                slot: ArtifactSlot(slot), name: name, size: nil, source: nil, isListed: false)
            try Self.put(database, artifact, of: job.rawValue, usedAt: Timestamp(nanoseconds: 0))
            return artifact.slot
        }
    }

    /// Lets go of a job, its files' facts and the grants on it; nil when it is not known.
    func remove(origin: String, id: String) async throws(StoreError) -> StoredTree? {
        let tree = try tree(origin: origin, id: id)
        return try await write { database in
            try database.execute(sql: "DELETE FROM job WHERE origin = ? AND id = ?", arguments: [origin, id])
            return tree
        }
    }

    /// Removes the facts of a job's files; of names that were not listed only that their bytes are here. Nothing of files
    /// that cannot be fetched again.
    func forgetDropped(of job: JobOrdinal) async throws(StoreError) {
        let artifacts = try tree(job)?.artifacts ?? []
        let unlisted = artifacts.filter { !$0.isListed && !$0.isSingleUse }
        // What can be cut out of a result that stays, stays too.
        let isResultKept = artifacts.contains(where: \.isSingleUse)
        try await write { database in
            try database.execute(
                sql: """
                    DELETE FROM artifact WHERE job = ? AND singleUse = 0 AND listed = 1
                        AND NOT (? AND source IS NULL)
                    """, arguments: [job.rawValue, isResultKept])
            for artifact in unlisted {
                try Self.put(
                    database, artifact.withoutBlob, of: job.rawValue, usedAt: Timestamp(nanoseconds: 0))
            }
        }
    }

    // MARK: Rows

    /// A job may be forgotten, by another process too, while one of its files is on the way.
    private static func checkKnown(_ database: Database, _ job: JobOrdinal) throws {
        guard try row(database, job.rawValue) != nil else {
            throw StoreError(.index, "the index does not have the job of this file any more")
        }
    }

    /// Takes away what cannot be read of a job; false when all of it can. True when there is none, or none any more.
    private static func removeDamaged(_ database: Database, _ origin: String, _ id: String) throws -> Bool {
        guard let row = try row(database, origin, id) else { return true }
        guard try tree(database, row) == nil else { return false }
        try database.execute(sql: "DELETE FROM job WHERE ordinal = ?", arguments: [row["ordinal"]])
        return true
    }

    private static func put(_ database: Database, _ job: StoredJob) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO job (origin, id, status, terminal, created, updated, checked, document, explanation, largeResult, pages, title, kind,
                    digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
                ON CONFLICT (origin, id) DO UPDATE SET status = excluded.status, terminal = excluded.terminal,
                    created = excluded.created, updated = excluded.updated, checked = excluded.checked,
                    document = excluded.document, explanation = excluded.explanation, largeResult = excluded.largeResult,
                    pages = excluded.pages, title = excluded.title, kind = excluded.kind
                RETURNING ordinal
                """)
        guard let number = try Int64.fetchOne(statement, arguments: job.arguments) else {
            throw StoreError(.index, "the index gave no number to job \(job.id)")
        }
        try database.cachedStatement(sql: "UPDATE job SET digest = ? WHERE ordinal = ?")
            .execute(arguments: [job.digest(number), number])
        return number
    }

    /// What is found by this name from now on is whole; where damage leaves no way to that, the index is of no more use.
    private static func readBack(_ database: Database, _ job: StoredJob) throws {
        guard try tree(database, row(database, job.origin, job.id)) != nil else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a job that was written cannot be read")
        }
    }

    static func put(
        _ database: Database, _ artifact: StoredArtifact, of job: Int64, usedAt time: Timestamp
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO artifact (job, slot, name, size, source, listed, stored, singleUse, allocated, sha256, digest, used)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (job, slot) DO UPDATE SET name = excluded.name, size = excluded.size,
                    source = excluded.source, listed = excluded.listed, stored = excluded.stored,
                    singleUse = excluded.singleUse, allocated = excluded.allocated, sha256 = excluded.sha256,
                    digest = excluded.digest, used = max(used, excluded.used)
                """)
        try statement.execute(arguments: [
            job, artifact.slot.rawValue, artifact.name, artifact.size.map(Int64.init(clamping:)), artifact.source,
            artifact.isListed, artifact.isStored, artifact.isSingleUse,
            artifact.allocatedSize.map(Int64.init(clamping:)), artifact.sha256, artifact.digest(job), time.nanoseconds,
        ])
    }

    private static func grant(_ database: Database, _ job: Int64, to fingerprint: KeyFingerprint) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO grantee (fingerprint, job, digest) VALUES (?, ?, ?)")
        try statement.execute(arguments: [Data(fingerprint.bytes), job, fingerprint.digest(job)])
    }
}
