import Glibc
import PulseTestSupport
import Testing
import Transfer

@Suite(timeLimit) struct FaultTests {
    /// Plays `script` after the request has been read, and returns how the transfer fails.
    private func fault(
        limits: TransferLimits = TransferLimits(), range: ByteRange? = nil, into sink: any BodySink = RecordingSink(),
        sourceLocation: SourceLocation = #_sourceLocation, _ script: @escaping ScriptedServer.Script
    ) async throws -> TransferError {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try script(connection)
        }
        let request = TransferRequest(url: server.url("/p?key=hidden"), range: range, limits: limits)
        let error = try await failure(of: request, into: sink, sourceLocation: sourceLocation)
        #expect(!error.message.contains("hidden"), sourceLocation: sourceLocation)
        return error
    }

    // MARK: Closed and reset

    @Test func aBodyCutShortOfItsLengthIsPartial() async throws {
        let error = try await fault { try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345") }
        #expect(error.code == .partialBody(expected: 100))
        #expect(error.received == 5)
    }

    @Test(arguments: ["a\r\n12345", "5\r\n12345\r\n", "5\r\n12345"])
    func aChunkedBodyCutBeforeItsEndIsPartial(body: String) async throws {
        let error = try await fault { try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(body)") }
        #expect(error.code == .partialBody(expected: nil))
        #expect(error.received == 5)
    }

    @Test func aResetBeforeTheHeadIsAReset() async throws {
        let error = try await fault { $0.reset() }
        #expect(error.code == .connectionReset)
        #expect(error.received == 0)
    }

    @Test func aCloseBeforeTheHeadIsAReset() async throws {
        let error = try await fault { $0.close() }
        #expect(error.code == .connectionReset)
    }

    @Test func aResetInsideTheHeadIsAReset() async throws {
        let seen = RecordingSink()
        let error = try await fault(into: seen) {
            try $0.send("HTTP/1.1 200 OK\r\nContent-Le")
            $0.reset()
        }
        #expect(error.code == .connectionReset)
        #expect(seen.isUntouched)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 100 Continue\r\n\r\n",
    ])
    func aCloseInsideTheHeadIsAReset(head: String) async throws {
        let seen = RecordingSink()
        let error = try await fault(into: seen) { try $0.send(head) }
        #expect(error.code == .connectionReset)
        #expect(seen.isUntouched)
    }

    @Test func aResetInsideTheBodyTellsWhatHadCome() async throws {
        // A reset discards what the client has not read yet: wait until the sink has it.
        let gate = Gate()
        let error = try await fault(into: RecordingSink(onBody: { gate.open() })) {
            try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345")
            gate.wait()
            $0.reset()
        }
        #expect(error.code == .connectionReset)
        #expect(error.received == 5)
        #expect(error.osErrno == ECONNRESET)
    }

    // MARK: Silence

    private static let impatient = TransferLimits(stallTimeout: .milliseconds(700))

    @Test func silenceBeforeTheHeadIsAStall() async throws {
        let error = try await fault(limits: Self.impatient) { $0.waitForClose() }
        #expect(error.code == .stalled)
        #expect(error.received == 0)
    }

    @Test func silenceInsideTheBodyIsAStall() async throws {
        let error = try await fault(limits: Self.impatient) {
            try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345")
            $0.waitForClose()
        }
        #expect(error.code == .stalled)
        #expect(error.received == 5)
    }

    @Test func aSlowBodyIsNoStall() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n")
            for _ in 0..<8 {
                usleep(100_000)
                try connection.send([UInt8](repeating: 120, count: 1024))
            }
        }
        let response = try await withEngine {
            try await $0.perform(.init(url: server.url(), limits: Self.impatient), into: RecordingSink())
        }
        #expect(response.head.status == 200)
    }

    @Test("S5.1 a drip is silence, in the body of an answer as in that of an error", arguments: ["200 OK", "403 No"])
    func drip(status: String) async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 \(status)\r\nContent-Length: 1000000\r\n\r\n")
            while true {
                try connection.send("x")
                usleep(50_000)
            }
        }
        let begin = ContinuousClock.now
        let outcome = await withEngineResult(server.url())
        // The status of an error is an answer, whatever becomes of its body.
        if status.hasPrefix("2") { #expect(outcome == nil) } else { #expect(outcome == 403) }
        #expect(begin.duration(to: .now) < .seconds(20))
    }

    /// The status of the answer; nil when there is none.
    private func withEngineResult(_ url: String) async -> Int? {
        try? await withEngine {
            try await $0.perform(.init(url: url, limits: Self.impatient), into: RecordingSink()).head.status
        }
    }

    @Test func theTotalTimeEndsABodyThatDripsForEver() async throws {
        let error = try await fault(limits: .init(totalTimeout: .milliseconds(600))) {
            try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while true {
                try $0.send("x")
                usleep(20_000)
            }
        }
        #expect(error.code == .totalTimedOut)
    }

    @Test func aServerThatDoesNotAcceptIsAConnectTimeout() async throws {
        // Inside TLS the handshake is part of connecting.
        let server = try ScriptedServer { $0.waitForClose() }
        let error = try await failure(
            of: .init(url: "https://127.0.0.1:\(server.port)/", limits: .init(connectTimeout: .milliseconds(500))))
        #expect(error.code == .connectTimedOut)
    }

    // MARK: Nonsense

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "\u{1}\u{2}\u{3}garbage", "HTTP/7.7 200 OK\r\n\r\n",
    ])
    func aGarbledStatusLineIsInvalid(line: String) async throws {
        let error = try await fault { try $0.send(line) }
        #expect(error.code == .invalidResponse)
    }

    @Test func brokenChunkingIsInvalid() async throws {
        let error = try await fault {
            try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")
            $0.waitForClose()
        }
        #expect(error.code == .invalidResponse)
    }

    @Test(arguments: ["Content-Length: -5", "Content-Length: pear", "Bad\u{0}Name: 1", "no colon"])
    func aMalformedFieldIsInvalid(field: String) async throws {
        let error = try await fault {
            try $0.send("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n")
            $0.waitForClose()
        }
        #expect(error.code == .invalidResponse)
    }

    @Test(arguments: [10, 10_000, 200_000])
    func aFloodOfHeadersIsInvalid(valueSize: Int) async throws {
        let seen = RecordingSink()
        let error = try await fault(into: seen) {
            try $0.send("HTTP/1.1 200 OK\r\n")
            let value = String(repeating: "v", count: valueSize)
            for number in 0..<20_000 { try $0.send("X-\(number): \(value)\r\n") }
            $0.waitForClose()
        }
        #expect(error.code == .invalidResponse)
        #expect(seen.isUntouched)
    }

    @Test(arguments: [
        "Content-Range: bytes 0-3/1000", "Content-Range: pears 100-103/1000", "X: y",
        "Content-Range: bytes 100-104/1000",
    ])
    func aPartThatWasNotAskedForIsInvalid(field: String) async throws {
        let seen = RecordingSink()
        let error = try await fault(range: .init(first: 100, last: 103), into: seen) {
            try $0.send("HTTP/1.1 206 Partial\r\n\(field)\r\nContent-Length: 4\r\n\r\nabcd")
            $0.waitForClose()
        }
        #expect(error.code == .invalidResponse)
        #expect(seen.isUntouched)
    }

    // MARK: Size

    @Test func aLengthOverTheLimitIsRefusedBeforeTheSinkSeesAnything() async throws {
        let seen = RecordingSink()
        let error = try await fault(limits: .init(maximumBodySize: 10), into: seen) {
            try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901")
            $0.waitForClose()
        }
        #expect(error.code == .tooLarge(limit: 10, announced: 11))
        #expect(seen.isUntouched)
    }

    @Test func aBodyWithoutALengthIsRefusedWhenItExceedsTheLimit() async throws {
        let seen = RecordingSink()
        let error = try await fault(limits: .init(maximumBodySize: 10), into: seen) {
            try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while true { try $0.send("4\r\nabcd\r\n") }
        }
        #expect(error.code == .tooLarge(limit: 10))
        #expect(seen.record.bytes.count <= 10)
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\n1234567890")
        }
        let sink = RecordingSink()
        _ = try await withEngine {
            try await $0.perform(.init(url: server.url(), limits: .init(maximumBodySize: 10)), into: sink)
        }
        #expect(sink.record.bytes.count == 10)
    }

    // MARK: No connection

    @Test func aPortWithoutAListenerRefuses() async throws {
        let (port, holder) = try ScriptedServer.unusedPort()
        defer { close(holder) }
        let error = try await failure(of: .init(url: "http://127.0.0.1:\(port)/"))
        #expect(error.code == .refused)
        #expect(error.osErrno == ECONNREFUSED)
        #expect(error.curlCode == 7)
    }

    @Test func aNameWithoutAnAddressIsNotResolved() async throws {
        let error = try await failure(of: .init(url: "http://name.invalid/"))
        #expect(error.code == .nameNotResolved)
    }
}
