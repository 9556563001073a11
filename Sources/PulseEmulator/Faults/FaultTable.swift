import Synchronization

/// The faults that are on, oldest first. A request is hit by the first one that matches it.
final class FaultTable: Sendable {
    private let faults = Mutex<[Fault]>([])

    func add(_ fault: Fault) {
        faults.withLock { $0.append(fault) }
    }

    func clear() {
        faults.withLock { $0.removeAll() }
    }

    func clear(_ target: RequestPattern) {
        faults.withLock { $0.removeAll { $0.target == target } }
    }

    var count: Int {
        faults.withLock { $0.count }
    }

    /// The fault that hits this request, counted down.
    func take(method: String, path: String) -> Fault.Effect? {
        faults.withLock { faults in
            for index in faults.indices {
                guard faults[index].target.matches(path: path) else { continue }
                if let only = faults[index].method, only != method { continue }
                if faults[index].skipping > 0 {
                    faults[index].skipping -= 1
                    continue
                }
                let effect = faults[index].effect
                if let count = faults[index].count {
                    if count <= 1 { faults.remove(at: index) } else { faults[index].count = count - 1 }
                }
                return effect
            }
            return nil
        }
    }
}
