package import Quantities
import Synchronization
package import Transfer

/// Opens an object while it comes and passes its contents on, a piece at a time; memory holds one. What does not open ends the reading
/// with a ``SealError``, and nothing of that piece is passed on.
package final class OpeningSink: ObjectSink {
    private struct State {
        /// Of the part that has not been opened yet.
        var held: [UInt8] = []
        var opener: ObjectOpener?
        var total = ByteCount.zero
        var next: UInt64 = 0
    }

    private let name: ObjectKey
    private let secret: FleetSecret
    private let onOpened: @Sendable (ObjectOpener) throws -> Void
    private let take: @Sendable (_ contents: [UInt8], _ offset: ByteCount) throws -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - onOpened: told when the header has been opened, before any contents.
    ///   - take: given each piece with where it belongs; on the transfer engine's thread.
    package init(
        _ name: ObjectKey, _ secret: FleetSecret,
        onOpened: @escaping @Sendable (ObjectOpener) throws -> Void = { _ in },
        take: @escaping @Sendable (_ contents: [UInt8], _ offset: ByteCount) throws -> Void
    ) {
        (self.name, self.secret) = (name, secret)
        (self.onOpened, self.take) = (onOpened, take)
    }

    /// Every piece has come and opened.
    package var isComplete: Bool {
        state.withLock { state in state.opener.map { state.next >= $0.whole.pieces.upperBound } ?? false }
    }

    package func begin(_ facts: ObjectFacts) { state.withLock { $0 = State(total: facts.size) } }

    @discardableResult
    package func receive(_ bytes: RawSpan, at offset: ByteCount) throws -> BodyDemand {
        try state.withLock { state in
            bytes.withUnsafeBytes { state.held.append(contentsOf: $0) }
            if state.opener == nil { try openHeader(&state) }
            try openPieces(&state)
        }
        return .more
    }

    private func openHeader(_ state: inout State) throws {
        guard state.held.count >= SealFormat.preambleLength else { return }
        let length = state.held[12..<16].reduce(0) { $0 << 8 | Int($1) }
        let needed = SealFormat.preambleLength + min(length, SealFormat.largestHeader) + SealFormat.tagLength
        guard state.held.count >= needed || state.held.count >= Int(clamping: state.total.bytes) else { return }
        let opener = try ObjectOpener(name, head: state.held, total: state.total, secret)
        state.opener = opener
        state.held.removeFirst(Int(clamping: opener.whole.offset.bytes))
        try onOpened(opener)
    }

    private func openPieces(_ state: inout State) throws {
        guard let opener = state.opener else { return }
        var done = 0
        while state.next < opener.whole.pieces.upperBound {
            let length = opener.sealedLength(of: state.next)
            guard state.held.count - done >= length else { break }
            let contents = try opener.open(piece: state.next, state.held[done..<done + length])
            try take(contents, ByteCount(state.next *| UInt64(SealFormat.pieceSize)))
            state.next +|= 1
            done += length
        }
        state.held.removeFirst(done)
    }
}
