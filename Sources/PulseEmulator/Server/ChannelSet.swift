import NIOCore
import Synchronization

/// The connections that are open, so that they can be closed together.
final class ChannelSet: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isShut = false
    }

    private let state = Mutex(State())

    /// Adds a connection until it closes. Adding it again changes nothing.
    func insert(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let (isNew, isShut) = state.withLock { state in
            (state.channels.updateValue(channel, forKey: id) == nil, state.isShut)
        }
        if isShut { channel.close(promise: nil) }
        if isNew {
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { _ = $0.channels.removeValue(forKey: id) }
            }
        }
    }

    func closeAll() async {
        let open = state.withLock { state in
            state.isShut = true
            return Array(state.channels.values)
        }
        for channel in open { try? await channel.close() }
    }
}
