/// What was fetched only once, and what became of it.
extension ArtifactStore {
    /// Adds a line to the ledger; on disk when this returns.
    package func enter(
        _ event: LedgerEvent, origin: String, id: String, actor: String, at time: Timestamp
    ) async throws(StoreError) {
        let ledgerFile = ledgerFile
        try await disk.run { () throws(StoreError) in
            try ledgerFile.enter(LedgerEntry(event: event, time: time, actor: actor), origin: origin, job: id)
        }
    }

    /// What the ledger says of a job, oldest first.
    package func ledger(origin: String, id: String) throws(StoreError) -> [LedgerEntry] {
        try ledgerFile.entries(origin: origin, job: id)
    }
}
