import Transfer

/// Tells a scheduler that the bytes of an answer come.
final class ProgressSink: BodySink {
    private let sink: any BodySink
    private let place: RequestScheduler.Place

    init(_ sink: any BodySink, _ place: RequestScheduler.Place) {
        self.sink = sink
        self.place = place
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        place.noteProgress()
        try sink.receive(head: head, flow: flow)
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        place.noteProgress(UInt64(body.byteCount))
        return try sink.receive(body: body)
    }
}
