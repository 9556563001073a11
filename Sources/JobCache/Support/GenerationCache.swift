/// A dictionary that forgets what was not used for long: two generations, of which the older is dropped whole when the
/// younger is full. Finding and adding cost one or two look-ups, with no list to keep in order.
package struct GenerationCache<Key: Hashable, Value> {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let generation: Int

    /// Holds at least `generation` entries and at most twice as many.
    package init(generation: Int) { self.generation = max(1, generation) }

    package mutating func value(for key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old[key] else { return nil }
        set(value, for: key)
        return value
    }

    package mutating func set(_ value: Value, for key: Key) {
        if young.count >= generation, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func remove(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }

    var values: [Value] { Array(young.values) + old.compactMap { young[$0.key] == nil ? $0.value : nil } }

    mutating func removeAll(where isGone: (Value) -> Bool) {
        young = young.filter { !isGone($0.value) }
        old = old.filter { !isGone($0.value) }
    }

    var count: Int { young.count + old.keys.count { young[$0] == nil } }
}
