/// Whether a sink took the bytes it was offered.
package enum BodyDemand: Sendable {
    /// The bytes are taken; send more.
    case more
    /// The bytes are not taken: they are offered again, perhaps cut differently, after `TransferFlow.resume()`.
    case pause
}

/// Takes the body of one 2xx answer.
///
/// Both functions are called on the engine's thread, one after the other, and must return quickly: every other transfer
/// of the engine waits for them. An error thrown ends the transfer with the code `.sink`. After the transfer has ended,
/// for whatever reason, nothing more is called.
package protocol BodySink: AnyObject, Sendable {
    /// Called once, before any body, and only for a 2xx answer. `flow` may be kept and used later from any thread.
    func receive(head: ResponseHead, flow: TransferFlow) throws

    /// Called with the next bytes of the body, never empty. The bytes are valid for the call alone.
    func receive(body: RawSpan) throws -> BodyDemand
}
