import NIOCore

/// Closes a connection as soon as the client has closed its side.
///
/// Without it a client that gives up on a stalled answer would go unnoticed until the next write. A
/// client that half-closes and still waits for an answer gets none.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private let resets: ResetWatch

    init(_ resets: ResetWatch) { self.resets = resets }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        resets.noticed(context.channel)
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
