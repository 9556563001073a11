import Quantities

/// Keeps credentials while they are good, and reads others once for all who ask when they are not.
package actor CredentialKeeper {
    private let source: @Sendable () async throws(CredentialTrouble) -> StoreCredentials
    private let wall: @Sendable () -> Int64
    private var kept: StoreCredentials?
    /// Not before then are credentials read again that are still good.
    private var nextReading = Int64.min
    /// Not before then are others read because these were refused.
    private var nextReplacing = Int64.min
    private var reading: Task<Result<StoreCredentials, CredentialTrouble>, Never>?

    /// Others are read so long before these expire.
    private static let margin: Int64 = 300
    /// Seconds between two readings, when what is read is about to expire, or is refused.
    private static let interval: Int64 = 10

    package init(
        wall: @escaping @Sendable () -> Int64 = StoreTime.system.wall,
        source: @escaping @Sendable () async throws(CredentialTrouble) -> StoreCredentials
    ) {
        (self.wall, self.source) = (wall, source)
    }

    /// Reads the chain.
    package init(_ chain: CredentialChain, wall: @escaping @Sendable () -> Int64 = StoreTime.system.wall) {
        self.init(wall: wall) { () throws(CredentialTrouble) in try await chain.read() }
    }

    /// Those in use. When others cannot be had, those that have not quite expired are.
    func current() async throws(CredentialTrouble) -> StoreCredentials {
        let now = wall()
        if let kept, kept.expires.map({ $0 -| now > (now < nextReading ? 0 : Self.margin) }) ?? true { return kept }
        switch await read() {
        case .success(let credentials): return credentials
        case .failure(let trouble):
            guard let kept, let expires = kept.expires, expires > now else { throw trouble }
            return kept
        }
    }

    /// The engine did not take these, as when they have been replaced where they stand: others are read, though not for each
    /// request that is refused. True when there are others to try.
    func replace(_ refused: StoreCredentials) async -> Bool {
        if let kept, kept != refused { return true }
        let now = wall()
        // Whoever is refused while others are being read waits for those.
        guard now >= nextReplacing || reading != nil else { return false }
        nextReplacing = now +| Self.interval
        guard case .success(let others) = await read() else { return false }
        return others != refused
    }

    private func read() async -> Result<StoreCredentials, CredentialTrouble> {
        if let reading { return await reading.value }
        let task = Task { [source] () -> Result<StoreCredentials, CredentialTrouble> in
            do throws(CredentialTrouble) { return .success(try await source()) } catch { return .failure(error) }
        }
        reading = task
        let outcome = await task.value
        reading = nil
        nextReading = wall() +| Self.interval
        if case .success(let credentials) = outcome { kept = credentials }
        return outcome
    }
}
