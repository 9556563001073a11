import Dispatch

/// The descriptors of the system's event loop and clocks: opened when they are first needed, and the process ends when there are
/// none left then.
enum DispatchDescriptors {
    /// Has them opened, before others take what there are. Does not wait.
    static func open() {
        let queue = DispatchQueue.global()
        queue.asyncAfter(deadline: .now() + .microseconds(1)) {}
        queue.asyncAfter(wallDeadline: .now() + .microseconds(1)) {}
        Task { try? await Task.sleep(until: .now + .microseconds(1), clock: .continuous) }
        Task { try? await Task.sleep(until: .now + .microseconds(1), clock: .suspending) }
    }
}
