import NIOCore
import Synchronization

/// What is to happen when a client breaks a connection off (TCP RST) that an answer has just been written to.
///
/// A client that dies before it has read all that came does so: the answer did not arrive, although the kernel took it.
final class ResetWatch: Sendable {
    private let actions = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    /// Until the connection is closed, or something else is watched for on it.
    func watch(_ channel: any Channel, _ action: (@Sendable () -> Void)?) {
        let key = ObjectIdentifier(channel)
        actions.withLock { $0[key] = action }
        if action != nil {
            channel.closeFuture.whenComplete { [weak self] _ in
                _ = self?.actions.withLock { $0.removeValue(forKey: key) }
            }
        }
    }

    func noticed(_ channel: any Channel) {
        actions.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }?()
    }
}
