import Foundation
import GRDB

/// What happened to a result that can be fetched only once.
package enum LedgerEvent: String, Sendable {
    /// The download is about to begin.
    case claimed
    /// The result is in the store, complete.
    case delivered
    /// The API said that the link is spent or over.
    case gone
    /// What arrived is not a result; the bytes are kept aside.
    case unusable
}

/// One line of the ledger, which is only ever added to.
package struct LedgerEntry: Sendable, Hashable {
    package let event: LedgerEvent
    package let time: Timestamp
    /// Who: the mount or command, in words.
    package let actor: String

    package init(event: LedgerEvent, time: Timestamp, actor: String) {
        self.event = event
        self.time = time
        self.actor = actor
    }
}

extension Index {
    /// Adds a line. On disk when this returns: a claim must be known after a crash even though nothing else is.
    func enter(_ event: LedgerEvent, origin: String, id: String, actor: String, at time: Timestamp)
        async throws(StoreError)
    {
        do {
            try await pool.writeWithoutTransaction { database in
                // The pragma is ignored inside a transaction; the connection is back to normal afterwards.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                defer { try? database.execute(sql: "PRAGMA synchronous = NORMAL") }
                try database.execute(
                    sql: "INSERT INTO ledger (origin, id, event, time, actor) VALUES (?, ?, ?, ?, ?)",
                    arguments: [origin, id, event.rawValue, time.nanoseconds, actor])
            }
        } catch {
            throw StoreError(.index, "the ledger of the cache failed: \(error)")
        }
    }

    /// The lines about a job, oldest first.
    func ledger(origin: String, id: String) throws(StoreError) -> [LedgerEntry] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT event, time, actor FROM ledger WHERE origin = ? AND id = ? ORDER BY entry",
                arguments: [origin, id]
            ).compactMap { row in
                LedgerEvent(rawValue: row["event"]).map {
                    LedgerEntry(event: $0, time: Timestamp(nanoseconds: row["time"]), actor: row["actor"])
                }
            }
        }
    }
}
