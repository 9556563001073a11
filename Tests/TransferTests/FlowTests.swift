import PulseTestSupport
import Synchronization
import Testing
import Transfer

@Suite(timeLimit) struct FlowTests {
    @Test(arguments: [false, true])
    func pausingAndResumingDeliversTheSameBytes(chunked: Bool) async throws {
        let body = pattern(2_000_000)
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            if chunked {
                try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                var rest = body[...]
                while !rest.isEmpty {
                    let part = rest.prefix(70_001)
                    try connection.send("\(String(part.count, radix: 16))\r\n")
                    try connection.send(Array(part))
                    try connection.send("\r\n")
                    rest = rest.dropFirst(part.count)
                }
                try connection.send("0\r\n\r\n")
            } else {
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
                try connection.send(body)
            }
        }
        let sink = HesitantSink()
        _ = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(sink.pauses > 0)
        #expect(sink.bytes == body)
    }

    @Test func aPauseStopsTheStallClock() async throws {
        let paused = Signal()
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
            connection.waitForClose()
        }
        let sink = StuckSink(onPause: { paused.send() })
        let error = try await withEngine { engine in
            try await failure(
                of: .init(
                    url: server.url(),
                    limits: .init(stallTimeout: .milliseconds(200), totalTimeout: .milliseconds(1200))),
                into: sink, on: engine)
        }
        // Had the clock run, the stall would have come first.
        #expect(error.code == .totalTimedOut)
        #expect(error.received == 0)
    }

    @Test func aSinkThatThrowsAfterAPauseEndsTheTransfer() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
            connection.waitForClose()
        }
        let sink = PauseThenThrowSink()
        let error = try await withEngine { try await failure(of: .init(url: server.url()), into: sink, on: $0) }
        #expect(error.code == .sink(errno: nil))
    }

    @Test(arguments: [true, false])
    func aSinkThatThrowsEndsTheTransfer(atHead: Bool) async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
            connection.waitForClose()
        }
        let error = try await failure(of: .init(url: server.url()), into: ThrowingSink(atHead: atHead))
        #expect(error.code == .sink(errno: nil))
        #expect(error.underlying is ThrowingSink.Refusal)
        #expect(error.received == 0)
    }

    @Test func cancellingTheTaskReturnsAtOnceAndClosesTheConnection() async throws {
        let asked = Signal()
        let closed = Signal()
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            asked.send()
            connection.waitForClose()
            closed.send()
        }
        try await withEngine { engine in
            let task = Task { try await failure(of: .init(url: server.url()), on: engine) }
            await asked.wait()
            let clock = ContinuousClock()
            let start = clock.now
            task.cancel()
            let error = try await task.value
            #expect(error.code == .cancelled)
            // Far from the stall timeout, and not so near that a busy machine fails.
            #expect(clock.now - start < .seconds(12))
            await closed.wait()
        }
    }

    @Test func aTaskCancelledFromTheOutsetSendsNothing() async throws {
        let server = try ScriptedServer { _ in }
        try await withEngine { engine in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await failure(of: .init(url: server.url()), on: engine)
            }
            let error = try await task.value
            #expect(error.code == .cancelled)
        }
        #expect(server.connections == 0)
    }

    @Test func theFlowCancelsFromWithinTheSink() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123")
            connection.waitForClose()
        }
        let sink = CancellingSink()
        let error = try await withEngine { try await failure(of: .init(url: server.url()), into: sink, on: $0) }
        #expect(error.code == .cancelled)
        #expect(error.received == 3)
    }

    @Test func cancellingAPausedTransferEndsIt() async throws {
        let paused = Signal()
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
            connection.waitForClose()
        }
        let sink = StuckSink(onPause: { paused.send() })
        try await withEngine { engine in
            let task = Task { try await failure(of: .init(url: server.url()), into: sink, on: engine) }
            await paused.wait()
            sink.flow.withLock { $0 }?.cancel()
            let error = try await task.value
            #expect(error.code == .cancelled)
        }
        // Late calls find nothing and do nothing.
        sink.flow.withLock { $0 }?.resume()
        sink.flow.withLock { $0 }?.cancel()
    }
}

/// Pauses at the first bytes and throws when they are offered again.
private final class PauseThenThrowSink: BodySink {
    private struct Refusal: Error {}
    private let state = Mutex<(flow: TransferFlow?, paused: Bool)>((nil, false))

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        state.withLock { $0.flow = flow }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        try state.withLock { state in
            guard !state.paused else { throw Refusal() }
            state.paused = true
            state.flow?.resume()
            return .pause
        }
    }
}

private final class CancellingSink: BodySink {
    private let flow = Mutex<TransferFlow?>(nil)

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        self.flow.withLock { $0 = flow }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        flow.withLock { $0 }?.cancel()
        return .more
    }
}
