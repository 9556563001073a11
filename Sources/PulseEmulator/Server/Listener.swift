import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The running server: a socket that is bound, and the task that serves it.
final class Listener: Sendable {
    let port: Int
    private let task: Task<Void, any Error>
    private let channels: ChannelSet
    /// The socket that listens.
    private let socket: any Channel

    private init(port: Int, task: Task<Void, any Error>, channels: ChannelSet, socket: any Channel) {
        self.port = port
        self.task = task
        self.channels = channels
        self.socket = socket
    }

    /// Binds and serves.
    ///
    /// - Throws: ``EmulatorError`` if the address cannot be bound, `CancellationError` if the task is cancelled.
    static func start(host: String, port: Int, responder: Responder) async throws -> Listener {
        let channels = ChannelSet()
        let resets = responder.resets
        let child = HTTP1Channel(
            responder: { request, _, channel in
                channels.insert(channel)
                try await responder.respond(to: request, on: channel)
            },
            configuration: .init(additionalChannelHandlers: [HangUpHandler(resets)]))
        let (bound, announce) = AsyncStream.makeStream(of: (any Channel).self)
        let server = Server(
            childChannelSetup: child,
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in announce.yield(channel) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "pulse-emulator") { _ in SwiftLogNoOpLogHandler() })
        let task = Task {
            defer { announce.finish() }
            try await server.run()
        }
        for await socket in bound {
            return Listener(
                port: socket.localAddress?.port ?? port, task: task, channels: channels, socket: socket)
        }
        // It has ended by itself, or nobody waits for it any more.
        task.cancel()
        do {
            try await task.value
            try Task.checkCancellation()
            throw EmulatorError.cannotListen(host: host, port: port, reason: "the server stopped")
        } catch let error as EmulatorError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw EmulatorError.cannotListen(host: host, port: port, reason: reason)
        } catch {
            throw EmulatorError.cannotListen(host: host, port: port, reason: String(describing: error))
        }
    }

    /// Closes the socket and all connections. Returns when no request is being answered any more.
    func stop() async {
        // A connection that is accepted while the server ends would be dropped half made, which ends the process: none is accepted
        // any more, and those that were have got to the server before it ends.
        try? await socket.setOption(.autoRead, value: false).get()
        for _ in 0..<3 {
            for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try? await loop.submit {}.get() }
        }
        task.cancel()
        await channels.closeAll()
        _ = await task.result
    }
}
