import Foundation
import GRDB
import SystemPackage

/// The facts of a cache, in SQLite: jobs, their artifacts, and who may read them.
///
/// Reads are synchronous: a few microseconds from the page cache, on whatever thread asks. Writes are short transactions
/// on the library's own queue. Several processes may use one index (WAL).
struct Index: Sendable {
    let pool: DatabasePool

    init(at path: FilePath) throws(StoreError) {
        // SQLite would make it, and its companions, with the mode that the umask leaves.
        try StoreError.system("make \(path)") {
            try FileDescriptor.open(path, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
                .close()
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 8
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        do {
            pool = try DatabasePool(path: path.string, configuration: configuration)
            let migrator = Self.migrator
            if try pool.read(migrator.hasBeenSuperseded) {
                throw StoreError(
                    .index, "\(path) was made by a newer version of pulsefs; name another cache with --cache-dir")
            }
            try migrator.migrate(pool)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.index, "cannot open the index \(path): \(error)")
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 jobs, artifacts, grants") { database in
            try database.execute(
                sql: """
                    CREATE TABLE job (
                        ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
                        origin TEXT NOT NULL,
                        id TEXT NOT NULL,
                        status TEXT NOT NULL,
                        terminal INTEGER NOT NULL,
                        created INTEGER,
                        updated INTEGER,
                        checked INTEGER NOT NULL,
                        document BLOB NOT NULL,
                        explanation TEXT,
                        largeResult TEXT,
                        UNIQUE (origin, id)
                    ) STRICT;
                    CREATE TABLE artifact (
                        job INTEGER NOT NULL REFERENCES job (ordinal) ON DELETE CASCADE,
                        slot INTEGER NOT NULL,
                        name TEXT NOT NULL,
                        size INTEGER,
                        source TEXT,
                        listed INTEGER NOT NULL,
                        stored INTEGER NOT NULL,
                        PRIMARY KEY (job, slot)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE grantee (
                        fingerprint BLOB NOT NULL,
                        job INTEGER NOT NULL REFERENCES job (ordinal) ON DELETE CASCADE,
                        PRIMARY KEY (fingerprint, job)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2 ledger") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ledger (
                        entry INTEGER PRIMARY KEY AUTOINCREMENT,
                        origin TEXT NOT NULL,
                        id TEXT NOT NULL,
                        event TEXT NOT NULL,
                        time INTEGER NOT NULL,
                        actor TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX ledgerByJob ON ledger (origin, id);
                    """)
        }
        return migrator
    }

    /// Reads on the calling thread.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do { return try pool.read(body) } catch { throw Self.failure(error) }
    }

    /// Writes in one transaction.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(StoreError)
        -> Value
    {
        do { return try await pool.write(body) } catch { throw Self.failure(error) }
    }

    private static func failure(_ error: any Error) -> StoreError {
        StoreError(.index, "the index of the cache failed: \(error)")
    }
}
