import ArtifactStore
import PulseAPI
import Quantities
import Synchronization
import Transfer

/// A file for which neither the cache nor memory has room, and of which the server serves parts.
struct OutgrownFile: Sendable {
    /// Bytes.
    let size: UInt64
    let validators: Validators
    /// That of the download that ended so; it tells the file's versions apart.
    let download: UInt64

    /// Nil when parts of it could not be told from those of another version.
    init?(_ download: Download) {
        guard download.canGoOn, let size = download.knownSize, let validators = download.validators else { return nil }
        (self.size, self.validators, self.download) = (size, validators, download.number)
    }
}

/// Reads files that are kept nowhere piece by piece, as readers come to them. What was read last stays in memory, a few MiB
/// for all files together.
final class DirectReads: Sendable {
    typealias Request = @Sendable (FilePart, any BodySink, Urgency) async throws(APIError) -> ResponseHead

    private struct Piece: Hashable {
        let download: UInt64
        let number: UInt64
    }

    /// Bytes that are asked for at once: many times what the kernel reads at once, and little memory.
    static let pieceSize: UInt64 = 2 << 20
    /// Pieces on their way at a time, of all files; as many again are kept.
    static let width = 4

    private let pieces = Mutex(GenerationCache<Piece, [UInt8]>(generation: DirectReads.width / 2))
    private let flights = Flights<Piece, [UInt8]>()
    private let seats = Seats(DirectReads.width)

    /// The bytes of a range, or those of them that the file has. Throws `Failure.changed` when the server has another version
    /// by now.
    func bytes(
        in range: Range<UInt64>, of file: OutgrownFile, _ ask: @escaping Request
    ) async throws(Failure) -> [UInt8] {
        let range = range.clamped(to: 0..<file.size)
        var bytes: [UInt8] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let number = position / Self.pieceSize
            let start = number *| Self.pieceSize
            let piece = try await piece(number, start..<min(start +| Self.pieceSize, file.size), file, ask)
            let end = min(range.upperBound, start +| UInt64(piece.count))
            bytes += piece[Int(position -| start)..<Int(end -| start)]
            position = end
        }
        return bytes
    }

    private func piece(
        _ number: UInt64, _ range: Range<UInt64>, _ file: OutgrownFile, _ ask: @escaping Request
    ) async throws(Failure) -> [UInt8] {
        let key = Piece(download: file.download, number: number)
        if let known = pieces.withLock({ $0.value(for: key) }) { return known }
        return try await flights.join(key) { [self] urgency throws(Failure) in
            guard let seat = await seats.take() else { throw Failure(.interrupted, "the reader left") }
            defer { withExtendedLifetime(seat) {} }
            let sink = PieceSink(range, of: file)
            do throws(APIError) {
                _ = try await ask(FilePart(range, validator: file.validators.condition), sink, urgency)
            } catch {
                if sink.hasChanged { throw .changed }
                throw sink.isWhole ? .outgrown : Failure(error)
            }
            let bytes = sink.bytes
            guard UInt64(bytes.count) == range.upperBound -| range.lowerBound else {
                throw Failure(.badAnswer, "the server sends less of the file than it was asked for")
            }
            pieces.withLock { $0.set(bytes, for: key) }
            return bytes
        }
    }

    /// Lets what is under way end within `grace`.
    func close(grace: Duration) async { await flights.close(grace: grace) }
}

/// Takes one part of a file of one version into memory.
private final class PieceSink: RestartableSink {
    private struct Refusal: Error {}

    private struct State {
        var bytes: [UInt8] = []
        var hasChanged = false
        var isWhole = false
    }

    private let range: Range<UInt64>
    private let file: OutgrownFile
    private let state = Mutex(State())

    init(_ range: Range<UInt64>, of file: OutgrownFile) { (self.range, self.file) = (range, file) }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    /// The answer was of another version.
    var hasChanged: Bool { state.withLock { $0.hasChanged } }
    /// The answer was all of the file.
    var isWhole: Bool { state.withLock { $0.isWhole } }

    func restart() { state.withLock { $0 = State() } }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        let announcement = FileAnnouncement(head)
        try state.withLock { state in
            state.hasChanged =
                file.validators.compared(with: announcement.validators) == .different
                || announcement.size.map { $0 != file.size } ?? false
            state.isWhole = head.status != 206
            guard !state.hasChanged, !state.isWhole, head.contentRange?.first.bytes == range.lowerBound,
                file.validators.compared(with: announcement.validators) == .same
            else { throw Refusal() }
            state.bytes.reserveCapacity(Int(clamping: range.upperBound -| range.lowerBound))
        }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        try state.withLock { state in
            guard UInt64(state.bytes.count) +| UInt64(body.byteCount) <= range.upperBound -| range.lowerBound else {
                throw Refusal()
            }
            body.withUnsafeBytes { state.bytes.append(contentsOf: $0) }
        }
        return .more
    }
}
