import Synchronization

/// The keys that are good now.
final class KeyRing: Sendable {
    private let keys: Mutex<[String: EmulatedKey]>

    init(_ keys: [EmulatedKey]) {
        self.keys = Mutex(Dictionary(keys.map { ($0.value, $0) }) { _, later in later })
    }

    func add(_ key: EmulatedKey) {
        keys.withLock { $0[key.value] = key }
    }

    func revoke(value: String) {
        keys.withLock { _ = $0.removeValue(forKey: value) }
    }

    func revoke(alias: String) {
        keys.withLock { keys in keys = keys.filter { $0.value.alias != alias } }
    }

    /// Who sent a request with this `x-api-key` header.
    func caller(presenting value: String?) -> Caller {
        guard let value, !value.isEmpty else { return .anonymous }
        return keys.withLock { keys in keys[value].map(Caller.member) } ?? .unknown
    }
}
