import PulseAPI

/// How urgent the work of each flight is: foreground from the moment that a reader waits for it, whether that is before it
/// begins or while it goes on.
struct FlightUrgencies<Key: Hashable & Sendable> {
    /// Readers that wait.
    private var readers: [Key: Int] = [:]
    private var underWay: [Key: Urgency] = [:]

    /// A reader begins to wait. Returns what the caller is to raise, with no lock held.
    mutating func arrive(at key: Key) -> Urgency? {
        readers[key, default: 0] += 1
        return underWay[key]
    }

    mutating func leave(_ key: Key) {
        guard let count = readers[key] else { return }
        readers[key] = count > 1 ? count - 1 : nil
    }

    /// The work for `key` begins, of which there is one at a time.
    mutating func begin(_ key: Key) -> Urgency {
        let urgency = Urgency(readers[key] == nil ? .prefetch : .foreground)
        underWay[key] = urgency
        return urgency
    }

    mutating func end(_ key: Key) { underWay[key] = nil }
}
