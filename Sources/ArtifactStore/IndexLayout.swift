import Foundation
import GRDB
import Quantities

/// The tables of the index.
///
/// `digest` columns are over all other columns of their row but `used` and `files`, and the row's key, so that a row which
/// the disk has changed is noticed; `files` is how many artifacts the job has, so that one which is not found is noticed too.
/// `usage` has one row, kept by triggers: what the blobs take together, and how often the
/// listing of known jobs has changed.
enum IndexLayout {
    /// Of the last migration, which sets it (PRAGMA user_version).
    static let version = 5

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 jobs, artifacts, grants, usage") { database in
            try database.execute(sql: tables + triggers + "PRAGMA user_version = 1;")
            try database.execute(
                sql: "INSERT INTO sqlite_sequence (name, seq) VALUES ('job', ?)", arguments: [firstOrdinal])
        }
        migrator.registerMigration("2 credentials") { database in
            try Index.createCredentials(database)
            try database.execute(sql: "PRAGMA user_version = 2;")
        }
        migrator.registerMigration("3 pages") { database in
            try database.execute(sql: "ALTER TABLE job ADD COLUMN pages INTEGER; PRAGMA user_version = 3;")
        }
        migrator.registerMigration("4 changes") { database in
            try Index.createChanges(database)
            try database.execute(sql: "PRAGMA user_version = 4;")
        }
        migrator.registerMigration("5 titles") { database in
            try database.execute(
                sql: """
                    ALTER TABLE job ADD COLUMN title TEXT; ALTER TABLE job ADD COLUMN kind TEXT;
                    PRAGMA user_version = 5;
                    """)
        }
        return migrator
    }

    /// Where the numbers of jobs begin: a number that an index gave which is lost is not given again to another job, as
    /// someone may still hold it. Sixteen for each millisecond since 2024, which is faster than jobs are entered; by a clock
    /// that is wrong, within what an inode number has room for.
    private static var firstOrdinal: Int64 { firstOrdinal(at: .now) }

    static func firstOrdinal(at now: Timestamp) -> Int64 {
        min(16 *| max(0, now.nanoseconds / 1_000_000 -| 1_704_067_200_000), 1 << 42)
    }

    /// What SQLite keeps of the statements that made the tables, by name.
    static func statements(_ database: Database) throws -> [String: String] {
        let rows = try Row.fetchAll(database, sql: "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return Dictionary(
            rows.compactMap { row in
                guard let name = String(column: row[0]), let sql = String(column: row[1]) else { return nil }
                return (name, sql)
            }, uniquingKeysWith: { $1 })
    }

    /// The same of an index that was just made.
    static var expected: [String: String] {
        get throws {
            let fresh = try DatabaseQueue()
            try migrator.migrate(fresh)
            return try fresh.read(statements)
        }
    }

    private static let tables = """
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
            digest INTEGER NOT NULL,
            files INTEGER NOT NULL DEFAULT 0,
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
            singleUse INTEGER NOT NULL,
            allocated INTEGER,
            sha256 TEXT,
            digest INTEGER NOT NULL,
            used INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (job, slot)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX evictable ON artifact (used) WHERE stored = 1 AND singleUse = 0;
        CREATE TABLE grantee (
            fingerprint BLOB NOT NULL,
            job INTEGER NOT NULL REFERENCES job (ordinal) ON DELETE CASCADE,
            digest INTEGER NOT NULL,
            PRIMARY KEY (fingerprint, job)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE usage (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            bytes INTEGER NOT NULL,
            files INTEGER NOT NULL,
            singleUseBytes INTEGER NOT NULL,
            singleUseFiles INTEGER NOT NULL,
            listing INTEGER NOT NULL,
            removals INTEGER NOT NULL
        ) STRICT;
        INSERT INTO usage VALUES (1, 0, 0, 0, 0, 0, 0);

        """

    private static let triggers = [
        trigger("artifactAdded", "AFTER INSERT ON artifact", counting("NEW", "+") + filesOfJob("NEW", "+")),
        trigger("artifactRemoved", "AFTER DELETE ON artifact", counting("OLD", "-") + filesOfJob("OLD", "-")),
        trigger(
            "artifactChanged", "AFTER UPDATE OF stored, allocated, singleUse ON artifact",
            counting("OLD", "-") + counting("NEW", "+")),
        trigger("jobAdded", "AFTER INSERT ON job", listingChanged),
        trigger("jobRemoved", "AFTER DELETE ON job", listingShrunk),
        trigger("granted", "AFTER INSERT ON grantee", listingChanged),
        trigger("revoked", "AFTER DELETE ON grantee", listingShrunk),
    ].joined()

    private static func trigger(_ name: String, _ event: String, _ body: String) -> String {
        "CREATE TRIGGER \(name) \(event) BEGIN \(body) END;\n"
    }

    private static let listingChanged = "UPDATE usage SET listing = listing + 1;"

    private static let listingShrunk = "UPDATE usage SET listing = listing + 1, removals = removals + 1;"

    private static func filesOfJob(_ row: String, _ sign: String) -> String {
        " UPDATE job SET files = files \(sign) 1 WHERE ordinal = \(row).job;"
    }

    private static func counting(_ row: String, _ sign: String) -> String {
        """
        UPDATE usage SET bytes = bytes \(sign) ifnull(\(row).allocated, 0), files = files \(sign) 1,
            singleUseBytes = singleUseBytes \(sign) \(row).singleUse * ifnull(\(row).allocated, 0),
            singleUseFiles = singleUseFiles \(sign) \(row).singleUse
            WHERE \(row).stored;
        """
    }
}
