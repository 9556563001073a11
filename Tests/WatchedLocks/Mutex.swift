// In the place of the module Synchronization when the tests run with ThreadSanitizer, which does not see the locks of that module: it
// takes whatever they guard for a race. It sees those of pthread_mutex_lock(3).
import Glibc
@_exported import Synchronization

/// As `Synchronization.Mutex`.
public struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let guarded: Guarded<Value>

    public init(_ value: consuming sending Value) { guarded = Guarded(value) }

    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        guarded.lock()
        defer { guarded.unlock() }
        return try body(&guarded.value.pointee)
    }
}

private final class Guarded<Value: ~Copyable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    init(_ value: consuming Value) {
        pthread_mutex_init(mutex, nil)
        self.value.initialize(to: value)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }

    func unlock() { pthread_mutex_unlock(mutex) }
}
