import Glibc
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// One client connection, as the sender of an answer uses it.
///
/// Writes go to the channel and are awaited, not to Hummingbird's response writer, which returns when
/// a write is queued: a byte counted as sent here has been handed to the kernel, and a connection can
/// be ended between any two bytes.
struct Connection: Sendable {
    /// The connection was ended on purpose or by the client; the answer is not complete.
    struct Ended: Error {}

    let channel: any Channel
    let resets: ResetWatch

    /// Calls `body` when the client breaks the connection off before it has asked for anything else.
    func whenReset(_ body: (@Sendable () -> Void)?) { resets.watch(channel, body) }

    /// Sends nothing yet: the head goes out with what follows.
    func write(head: HTTPResponse) {
        channel.write(HTTPResponsePart.head(head), promise: nil)
    }

    /// Returns when the kernel has taken the bytes.
    func flush(body bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(HTTPResponsePart.body(ByteBuffer(bytes: bytes)))
    }

    /// Sends bytes past everything that would make HTTP of them.
    func flush(raw bytes: [UInt8]) async throws {
        let channel = channel
        try await channel.eventLoop.flatSubmit {
            let sent = channel.eventLoop.makePromise(of: Void.self)
            do {
                // What a handler's context writes goes by those before it only.
                let encoder = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                encoder.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: sent)
            } catch {
                sent.fail(error)
            }
            return sent.futureResult
        }.get()
    }

    /// Sends what has been written so far, if anything, and any last bytes, and completes the answer.
    func finish(body bytes: [UInt8]) async throws {
        if !bytes.isEmpty {
            channel.write(HTTPResponsePart.body(ByteBuffer(bytes: bytes)), promise: nil)
        }
        try await channel.writeAndFlush(HTTPResponsePart.end(nil))
    }

    func end(_ how: DeliveryPlan.Ending) async {
        if how == .reset, let socket = channel as? any SocketOptionProvider {
            try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await channel.close()
    }

    /// Calls `body` when the connection is gone; at once if it is gone already.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }
}
