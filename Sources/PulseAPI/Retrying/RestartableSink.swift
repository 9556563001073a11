import Synchronization
package import Transfer

/// A sink that takes another answer from its beginning when the one before broke off.
package protocol RestartableSink: BodySink {
    /// Forgets what came. Called between two answers, never during one.
    func restart() throws
}

/// Knows whether a sink has been given anything of an answer.
final class AttemptSink: BodySink {
    private let sink: any BodySink
    private let begun = Atomic(false)

    init(_ sink: any BodySink) { self.sink = sink }

    /// The head of an answer has come, and perhaps some of its body.
    var hasBegun: Bool { begun.load(ordering: .acquiring) }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        begun.store(true, ordering: .releasing)
        try sink.receive(head: head, flow: flow)
    }

    func receive(body: RawSpan) throws -> BodyDemand { try sink.receive(body: body) }
}
