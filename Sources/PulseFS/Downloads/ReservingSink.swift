import ArtifactStore
import Quantities
import SystemPackage
import Transfer

/// Takes the body of a result that comes only once: the disk's room for all of it is reserved before the first byte is, so
/// that a full disk ends the transfer while the link is still good.
final class ReservingSink: BodySink {
    private let document: SpoolFile
    private let file: FileSink

    init(_ document: SpoolFile) {
        self.document = document
        file = FileSink(descriptor: document.descriptor.rawValue)
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        if let length = head.contentLength { try document.reserve(length.bytes) }
        try file.receive(head: head, flow: flow)
    }

    func receive(body: RawSpan) throws -> BodyDemand { try file.receive(body: body) }
}
