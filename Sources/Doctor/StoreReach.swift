import JobCache
import PulseAPI
import PulseFS
import Settings
import SharedStore

/// Whether a store that machines share can be used from here. Looks, and writes nothing.
struct StoreReach: Sendable {
    enum State: Sendable, Hashable {
        /// The secret cannot be read, or no way can be made to the store.
        case unusable(String)
        /// It is no store, or one of another secret.
        case refused(String)
        case away(String)
        /// What is not there is not said to be absent; in words.
        case unclear(String)
        case found(claims: Bool, milliseconds: Int, clockAhead: Int64)
    }

    let address: String
    let state: State

    /// Milliseconds: readers lose more to a slower one than they gain.
    private static let slow = 500
    /// Seconds that a signature may be off.
    private static let mostSkew: Int64 = 900

    var checkup: Checkup {
        switch state {
        case .unusable(let words):
            return Checkup("store", .failure, words, remedy: "pulsefs store init \(address) --store-secret-file FILE")
        case .refused(let words):
            return Checkup("store", .failure, "\(address): \(words)", remedy: "pulsefs store info \(address)")
        case .away(let words):
            return Checkup(
                "store", .warning, "\(address) cannot be reached, so the API is asked instead: \(words)",
                remedy: "pulsefs store info \(address)")
        case .unclear(let words):
            return Checkup(
                "store", .warning, "\(address): \(words)",
                remedy: "allow these credentials to list the bucket (s3:ListBucket)")
        case .found(let claims, let milliseconds, let ahead):
            let words = "\(address) answers in \(milliseconds) ms, and the secret fits"
            if ahead.magnitude > UInt64(Self.mostSkew) {
                return Checkup(
                    "store", .warning,
                    "\(words); its clock is \(ahead.magnitude) s \(ahead > 0 ? "ahead of" : "behind") this one",
                    remedy: "sudo timedatectl set-ntp true")
            }
            guard claims else {
                return Checkup(
                    "store", .warning,
                    "\(words); its conditional writes do not work, so machines do not wait for each other",
                    remedy: "pulsefs store check \(address)")
            }
            guard milliseconds <= Self.slow else { return Checkup("store", .warning, "\(words), which is slow") }
            return Checkup("store", .ok, words)
        }
    }

    /// Nil when no store is named.
    static func here(_ sources: SettingsSources, within limit: Duration) async -> StoreReach? {
        var reader = SettingsReader(sources)
        // What is wrong with settings is told with all of them.
        guard let settings = StoreSettings(&reader) else { return nil }
        let address = "\(settings.location.address)"
        do {
            let secret = try settings.readSecret()
            let connection = StoreConnection(settings, sources.surroundings)
            let state = await look(connection.store, secret, within: limit)
            await connection.close()
            return StoreReach(address: address, state: state)
        } catch {
            return StoreReach(address: address, state: .unusable("\(error)"))
        }
    }

    private static func look(_ store: S3ObjectStore, _ secret: FleetSecret, within limit: Duration) async -> State {
        let begin = ContinuousClock.now
        switch await FleetStore.check(store, secret, within: limit) {
        case .refused(let words): return .refused(words)
        case .away(let words): return .away(words)
        case .fits(let claims):
            let milliseconds = Int((begin.duration(to: .now) / .milliseconds(1)).rounded(.up))
            guard let nobody = ObjectKey.check(SealedHeader.randomNonce(), "never") else { return .away("") }
            do throws(ObjectStoreError) {
                _ = try await store.get(nobody, range: nil, .none, limit: 1, within: limit)
                return .unclear("an object exists that nobody wrote")
            } catch {
                guard error.kind == .absent else {
                    return .unclear("a missing object is not reported as missing: \(error)")
                }
            }
            return .found(claims: claims, milliseconds: milliseconds, clockAhead: store.clockOffset)
        }
    }
}
