import Glibc
import Synchronization

/// Something that is so from a moment on.
public final class Flag: Sendable {
    private let value = Atomic(false)

    public init() {}

    public var isSet: Bool { value.load(ordering: .acquiring) }

    /// Blocks the thread, which is one of its own, as those of a scripted server are, for half a minute at most.
    public func wait() {
        for _ in 0..<30_000 where !isSet { usleep(1000) }
    }

    public func set() { value.store(true, ordering: .releasing) }
}
