import Foundation
import GRDB

extension Index {
    func tree(origin: String, id: String) throws(StoreError) -> StoredTree? {
        try read { database in
            try Self.tree(
                database,
                Row.fetchOne(
                    database.cachedStatement(sql: "SELECT * FROM job WHERE origin = ? AND id = ?"),
                    arguments: [origin, id]))
        }
    }

    func tree(_ ordinal: JobOrdinal) throws(StoreError) -> StoredTree? {
        try read { database in
            try Self.tree(
                database,
                Row.fetchOne(
                    database.cachedStatement(sql: "SELECT * FROM job WHERE ordinal = ?"), arguments: [ordinal.rawValue])
            )
        }
    }

    private static func tree(_ database: Database, _ row: Row?) throws -> StoredTree? {
        guard let row else { return nil }
        let ordinal = JobOrdinal(row["ordinal"])
        let artifacts = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT * FROM artifact WHERE job = ? ORDER BY slot"),
            arguments: [ordinal.rawValue]
        ).map(StoredArtifact.init(row:))
        return StoredTree(ordinal: ordinal, job: StoredJob(row: row), artifacts: artifacts)
    }

    /// Jobs that `fingerprint` may read, by ordinal.
    func knownJobs(
        origin: String, fingerprint: KeyFingerprint, after ordinal: JobOrdinal, limit: Int
    ) throws(StoreError) -> [KnownJob] {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT ordinal, id, status, terminal, created, updated, checked FROM grantee JOIN job ON job.ordinal = grantee.job
                    WHERE grantee.fingerprint = ? AND grantee.job > ? AND origin = ? ORDER BY grantee.job LIMIT ?
                    """)
            let rows = try Row.fetchAll(
                statement, arguments: [Data(fingerprint.bytes), ordinal.rawValue, origin, limit])
            return rows.map { row in
                KnownJob(
                    ordinal: JobOrdinal(row["ordinal"]), id: row["id"], status: row["status"],
                    isTerminal: row["terminal"],
                    createdAt: Timestamp(row["created"]), updatedAt: Timestamp(row["updated"]),
                    checkedAt: Timestamp(nanoseconds: row["checked"]))
            }
        }
    }

    /// The highest ordinal of a job that `fingerprint` may read; nil when there is none.
    func newestKnownJob(fingerprint: KeyFingerprint) throws(StoreError) -> JobOrdinal? {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT max(job) FROM grantee WHERE fingerprint = ?")
            return try Int64.fetchOne(statement, arguments: [Data(fingerprint.bytes)]).map { JobOrdinal($0) }
        }
    }

    func isGranted(_ ordinal: JobOrdinal, to fingerprint: KeyFingerprint) throws(StoreError) -> Bool {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM grantee WHERE fingerprint = ? AND job = ?")
            return try Int.fetchOne(statement, arguments: [Data(fingerprint.bytes), ordinal.rawValue]) != nil
        }
    }

    /// Takes in what the API has just said of a job, and that it said so to `fingerprint`.
    ///
    /// `artifacts` replace those of the same slot; others stay. Nil leaves the artifacts as they are.
    func record(
        _ job: StoredJob, artifacts: [StoredArtifact]?, grantedTo fingerprint: KeyFingerprint
    ) async throws(StoreError) -> JobOrdinal {
        try await write { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO job (origin, id, status, terminal, created, updated, checked, document, explanation, largeResult)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (origin, id) DO UPDATE SET status = excluded.status, terminal = excluded.terminal,
                        created = excluded.created, updated = excluded.updated, checked = excluded.checked,
                        document = excluded.document, explanation = excluded.explanation, largeResult = excluded.largeResult
                    RETURNING ordinal
                    """)
            let arguments: StatementArguments = [
                job.origin, job.id, job.status, job.isTerminal, job.createdAt?.nanoseconds, job.updatedAt?.nanoseconds,
                job.checkedAt.nanoseconds, Data(job.statusDocument), job.explanation, job.largeResultURL,
            ]
            guard let number = try Int64.fetchOne(statement, arguments: arguments) else {
                throw StoreError(.index, "the index gave no number to job \(job.id)")
            }
            for artifact in artifacts ?? [] { try Self.put(database, artifact, of: number) }
            try database.execute(
                sql: "INSERT OR IGNORE INTO grantee (fingerprint, job) VALUES (?, ?)",
                arguments: [Data(fingerprint.bytes), number])
            return JobOrdinal(number)
        }
    }

    /// Writes an artifact's facts, over those of the same slot.
    func put(_ artifact: StoredArtifact, of job: JobOrdinal) async throws(StoreError) {
        try await write { try Self.put($0, artifact, of: job.rawValue) }
    }

    /// Gives a name that was not listed a slot of its own, or finds the one it has; no slot below `first` is given.
    func slot(forUnlisted name: String, of job: JobOrdinal, from first: ArtifactSlot) async throws(StoreError)
        -> ArtifactSlot
    {
        try await write { database in
            let known = try Int.fetchOne(
                database, sql: "SELECT slot FROM artifact WHERE job = ? AND name = ? AND slot >= ?",
                arguments: [job.rawValue, name, first.rawValue])
            if let known { return ArtifactSlot(known) }
            let highest = try Int.fetchOne(
                database, sql: "SELECT max(slot) FROM artifact WHERE job = ?", arguments: [job.rawValue])
            let slot = max(first.rawValue, (highest ?? 0) + 1)
            let artifact = StoredArtifact(
                slot: ArtifactSlot(slot), name: name, size: nil, source: nil, isListed: false, isStored: false)
            try Self.put(database, artifact, of: job.rawValue)
            return artifact.slot
        }
    }

    private static func put(_ database: Database, _ artifact: StoredArtifact, of job: Int64) throws {
        let statement = try database.cachedStatement(
            sql:
                "INSERT OR REPLACE INTO artifact (job, slot, name, size, source, listed, stored) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        try statement.execute(arguments: [
            job, artifact.slot.rawValue, artifact.name, artifact.size.map(Int64.init(clamping:)), artifact.source,
            artifact.isListed, artifact.isStored,
        ])
    }
}

extension StoredJob {
    fileprivate init(row: Row) {
        self.init(
            origin: row["origin"], id: row["id"], status: row["status"], isTerminal: row["terminal"],
            createdAt: Timestamp(row["created"]), updatedAt: Timestamp(row["updated"]),
            checkedAt: Timestamp(nanoseconds: row["checked"]), statusDocument: Array(row["document"] as Data),
            explanation: row["explanation"], largeResultURL: row["largeResult"])
    }
}

extension StoredArtifact {
    fileprivate init(row: Row) {
        self.init(
            slot: ArtifactSlot(row["slot"]), name: row["name"],
            size: (row["size"] as Int64?).map(UInt64.init(clamping:)),
            source: row["source"], isListed: row["listed"], isStored: row["stored"])
    }
}

extension Timestamp {
    fileprivate init?(_ nanoseconds: Int64?) {
        guard let nanoseconds else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}
