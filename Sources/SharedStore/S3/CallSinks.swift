import Quantities
import Synchronization
import Transfer

/// Takes the answer to a call, which may be made again while nothing of it has come.
protocol CallSink: BodySink {
    var hasBegun: Bool { get }
    /// Forgets what came; false when it cannot.
    func restart() -> Bool
}

/// The head of an answer about an object does not say what every engine says.
struct MissingFacts: Error {}

extension ObjectFacts {
    /// Nil when the head is none of an object's.
    init?(_ head: ResponseHead) {
        guard let etag = head.fields["ETag"].flatMap({ ETag($0) }),
            let size = head.status == 206 ? head.contentRange?.total : head.contentLength
        else { return nil }
        self.init(
            etag: etag, size: size, modified: head.fields["Last-Modified"].flatMap { HTTPDate.seconds($0) },
            date: head.fields["Date"].flatMap { HTTPDate.seconds($0) })
    }
}

/// Collects an answer in memory.
final class MemoryCallSink: CallSink {
    private struct State {
        var bytes: [UInt8] = []
        var hasBegun = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    func restart() -> Bool {
        state.withLock { $0 = State() }
        return true
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws { state.withLock { $0.hasBegun = true } }

    func receive(body: RawSpan) throws -> BodyDemand {
        try state.withLock { state in
            guard body.byteCount <= limit - state.bytes.count else {
                throw MemorySink.LimitExceeded(limit: UInt64(limit))
            }
            body.withUnsafeBytes { state.bytes.append(contentsOf: $0) }
        }
        return .more
    }
}

/// Passes an object on to whoever takes it, by offset, and no byte outside the range that was asked for.
final class ObjectCallSink: CallSink {
    private struct State {
        var next = ByteCount.zero
        var facts: ObjectFacts?
    }

    private let sink: any ObjectSink
    private let range: ByteRange?
    private let state = Mutex(State())

    init(_ sink: any ObjectSink, _ range: ByteRange?) { (self.sink, self.range) = (sink, range) }

    var facts: ObjectFacts? { state.withLock { $0.facts } }
    var hasBegun: Bool { facts != nil }

    /// What is collected in memory begins anew; of anything else what has come stays.
    func restart() -> Bool {
        guard sink is ObjectCollector else { return !hasBegun }
        state.withLock { $0 = State() }
        return true
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        guard let facts = ObjectFacts(head) else { throw MissingFacts() }
        state.withLock { $0 = State(next: head.contentRange?.first ?? .zero, facts: facts) }
        try sink.begin(facts, flow: flow)
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        let offset = state.withLock { $0.next }
        let wanted = Self.wanted(range, from: offset, count: body.byteCount)
        if !wanted.isEmpty {
            let demand = try sink.receive(
                body.extracting(wanted), at: offset + ByteCount(UInt64(wanted.lowerBound)))
            // What is refused is offered again, with what stands around it.
            guard case .more = demand else { return .pause }
        }
        state.withLock { $0.next += ByteCount(UInt64(body.byteCount)) }
        return .more
    }

    /// Which of some bytes were asked for: a server may answer with the whole object.
    static func wanted(_ range: ByteRange?, from offset: ByteCount, count: Int) -> Range<Int> {
        guard let range else { return 0..<count }
        let first = Int(clamping: (ByteCount(range.first) - offset).bytes)
        let end = range.last.map { Int(clamping: (ByteCount($0 +| 1) - offset).bytes) } ?? count
        let lower = min(first, count)
        return lower..<max(lower, min(end, count))
    }
}
