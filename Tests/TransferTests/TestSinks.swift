import Glibc
import Synchronization
import Transfer

/// Notes what it is called with, and takes everything.
final class RecordingSink: BodySink {
    struct Record {
        var heads: [ResponseHead] = []
        var bytes: [UInt8] = []
        var flow: TransferFlow?
    }

    private let state = Mutex(Record())
    private let onBody: @Sendable () -> Void

    init(onBody: @escaping @Sendable () -> Void = {}) {
        self.onBody = onBody
    }

    var record: Record { state.withLock { $0 } }
    var isUntouched: Bool { record.heads.isEmpty && record.bytes.isEmpty }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        state.withLock {
            $0.heads.append(head)
            $0.flow = flow
        }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        state.withLock { state in body.withUnsafeBytes { state.bytes.append(contentsOf: $0) } }
        onBody()
        return .more
    }
}

/// Refuses every offer once before it takes it, and lets another thread resume.
final class HesitantSink: BodySink {
    private struct State {
        var bytes: [UInt8] = []
        var flow: TransferFlow?
        var refused = false
        var pauses = 0
    }

    private let state = Mutex(State())

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var pauses: Int { state.withLock { $0.pauses } }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        state.withLock { $0.flow = flow }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        state.withLock { state in
            state.refused.toggle()
            guard !state.refused else {
                state.pauses += 1
                let flow = state.flow
                Task.detached { flow?.resume() }
                return .pause
            }
            body.withUnsafeBytes { state.bytes.append(contentsOf: $0) }
            return .more
        }
    }
}

/// Refuses everything and never resumes by itself.
final class StuckSink: BodySink {
    let flow = Mutex<TransferFlow?>(nil)
    private let onPause: @Sendable () -> Void

    init(onPause: @escaping @Sendable () -> Void = {}) {
        self.onPause = onPause
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        self.flow.withLock { $0 = flow }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        onPause()
        return .pause
    }
}

/// Throws at the head or at the first bytes.
final class ThrowingSink: BodySink {
    struct Refusal: Error {}

    private let atHead: Bool

    init(atHead: Bool) {
        self.atHead = atHead
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        if atHead { throw Refusal() }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        throw Refusal()
    }
}
