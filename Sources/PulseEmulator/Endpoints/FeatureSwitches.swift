import Synchronization

/// What the emulated service does and leaves, changeable while it runs.
final class FeatureSwitches: Sendable {
    private let state: Mutex<EmulatorFeatures>

    init(_ features: EmulatorFeatures) {
        self.state = Mutex(features)
    }

    var value: EmulatorFeatures {
        state.withLock { $0 }
    }

    func change(_ body: (inout EmulatorFeatures) -> Void) {
        state.withLock { body(&$0) }
    }
}
