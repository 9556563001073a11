package import Quantities
import Synchronization
package import Transfer

/// Opens some pieces of an object while they come and passes their contents on, a piece at a time.
///
/// Whoever takes them may refuse for a while: then nothing more is taken of the object either. What does not open ends the reading with
/// a ``SealError``, and nothing of that piece is passed on. Used by one thread at a time: the engine's, and whoever waits for the end of
/// the reading after that.
package final class SpanSink: ObjectSink {
    private struct Reading {
        /// Sealed bytes that have not been opened yet.
        var held: [UInt8] = []
        /// The piece that is passed on next.
        var next: UInt64
        /// Its contents, if they were refused.
        var refused: [UInt8]?
    }

    private let opener: ObjectOpener
    private let span: ObjectOpener.Span
    private let begun: @Sendable (ObjectFacts, TransferFlow) throws -> Void
    private let take: @Sendable (_ contents: [UInt8], _ offset: ByteCount) throws -> BodyDemand
    private let reading: Mutex<Reading>
    private let found = Mutex<SealError?>(nil)

    /// - Parameters:
    ///   - span: the pieces that are asked for.
    ///   - begun: told before any contents, and how to have refused contents offered again.
    ///   - take: given each piece with where it belongs in the contents.
    package init(
        _ opener: ObjectOpener, _ span: ObjectOpener.Span,
        begun: @escaping @Sendable (ObjectFacts, TransferFlow) throws -> Void,
        take: @escaping @Sendable (_ contents: [UInt8], _ offset: ByteCount) throws -> BodyDemand
    ) {
        (self.opener, self.span, self.begun, self.take) = (opener, span, begun, take)
        reading = Mutex(Reading(next: span.pieces.lowerBound))
    }

    /// Why a piece did not open.
    package var problem: SealError? { found.withLock { $0 } }

    /// Every piece has come, has opened, and was taken.
    package var isComplete: Bool { reading.withLock { $0.next >= span.pieces.upperBound } }

    package func begin(_ facts: ObjectFacts, flow: TransferFlow) throws {
        reading.withLock { $0.held = [] }
        try begun(facts, flow)
    }

    package func receive(_ bytes: RawSpan, at offset: ByteCount) throws -> BodyDemand {
        guard try passOn() else { return .pause }
        reading.withLock { reading in bytes.withUnsafeBytes { reading.held.append(contentsOf: $0) } }
        // These bytes are taken: contents that are refused now are offered again before any others.
        _ = try passOn()
        return .more
    }

    /// Passes on what has come. False when that was refused, and is to be offered again.
    package func passOn() throws -> Bool {
        // No lock is held while somebody else works.
        var own = reading.withLock { reading in
            defer { reading.held = [] }
            return reading
        }
        var opened = 0
        defer {
            own.held.removeFirst(opened)
            reading.withLock { $0 = own }
        }
        while own.next < span.pieces.upperBound {
            let contents: [UInt8]
            if let refused = own.refused {
                contents = refused
            } else {
                let length = opener.sealedLength(of: own.next)
                guard own.held.count - opened >= length else { return true }
                contents = try open(own.next, own.held[opened..<opened + length])
                opened += length
            }
            guard case .more = try take(contents, ByteCount(own.next *| ObjectOpener.pieceSize)) else {
                own.refused = contents
                return false
            }
            own.refused = nil
            own.next +|= 1
        }
        return true
    }

    private func open(_ number: UInt64, _ sealed: ArraySlice<UInt8>) throws(SealError) -> [UInt8] {
        do throws(SealError) { return try opener.open(piece: number, sealed) } catch {
            found.withLock { $0 = $0 ?? error }
            throw error
        }
    }
}
