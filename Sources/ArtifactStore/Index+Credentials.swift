import Foundation
import GRDB

/// What the API last said of a key, as far as this cache has heard.
package struct StoredCredential: Sendable, Hashable {
    package var checkedAt: Timestamp
    /// The key was no longer good, or never was.
    package var isRefused: Bool

    package init(checkedAt: Timestamp, isRefused: Bool) {
        self.checkedAt = checkedAt
        self.isRefused = isRefused
    }
}

extension ArtifactStore {
    /// Nil when this cache has not heard of the key yet.
    package func credential(
        of fingerprint: KeyFingerprint, origin: String
    ) throws(StoreError) -> StoredCredential? {
        try index.credential(of: fingerprint, origin: origin)
    }

    /// Takes in what the API has just said of a key.
    package func record(
        _ credential: StoredCredential, of fingerprint: KeyFingerprint, origin: String
    ) async throws(StoreError) {
        try await index.record(credential, of: fingerprint, origin: origin)
    }
}

extension Index {
    static func createCredentials(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE credential (
                    fingerprint BLOB NOT NULL,
                    origin TEXT NOT NULL,
                    checkedAt INTEGER NOT NULL,
                    refused INTEGER NOT NULL,
                    PRIMARY KEY (fingerprint, origin)
                ) STRICT, WITHOUT ROWID;
                """)
    }

    fileprivate func credential(
        of fingerprint: KeyFingerprint, origin: String
    ) throws(StoreError) -> StoredCredential? {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT checkedAt, refused FROM credential WHERE fingerprint = ? AND origin = ?",
                arguments: [Data(fingerprint.bytes), origin])
            guard let row, let checkedAt = Int64(column: row[0]), let refused = Int64(column: row[1]) else {
                return nil
            }
            return StoredCredential(checkedAt: Timestamp(nanoseconds: checkedAt), isRefused: refused != 0)
        }
    }

    fileprivate func record(
        _ credential: StoredCredential, of fingerprint: KeyFingerprint, origin: String
    ) async throws(StoreError) {
        try await write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO credential (fingerprint, origin, checkedAt, refused) VALUES (?, ?, ?, ?)",
                arguments: [
                    Data(fingerprint.bytes), origin, credential.checkedAt.nanoseconds, credential.isRefused,
                ])
        }
    }
}
