import PulseTestSupport
import Quantities
import Synchronization
import Testing
import Transfer

@Suite(timeLimit) struct AnswerTests {
    @Test func aBodyWithALengthArrivesWhole() async throws {
        let body = pattern(300_000)
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send(
                "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\nX-Twice: a\r\nx-twice:  b \r\n\r\n")
            try connection.send(body)
        }
        let sink = RecordingSink()
        let response = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(response.head.status == 200)
        #expect(response.head.httpVersion == .http11)
        #expect(response.head.contentLength == 300_000)
        #expect(response.head.fields["X-TWICE"] == "a")
        #expect(response.head.fields.values(of: "x-Twice") == ["a", "b"])
        #expect(response.errorBody.isEmpty)
        #expect(sink.record.heads.count == 1)
        #expect(sink.record.bytes == body)
    }

    @Test func aChunkedBodyArrivesWithoutItsFraming() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try connection.send("5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nX-Trailer: 1\r\n\r\n")
            connection.waitForClose()
        }
        let sink = RecordingSink()
        let response = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(response.head.contentLength == nil)
        #expect(response.head.fields["X-Trailer"] == nil)
        #expect(sink.record.bytes == Array("hello, world".utf8))
    }

    @Test func anEmptyBodyIsAHeadAlone() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            connection.waitForClose()
        }
        let sink = RecordingSink()
        _ = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(sink.record.heads.count == 1)
        #expect(sink.record.bytes.isEmpty)
    }

    @Test func interimHeadsAreNotShown() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send(
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            connection.waitForClose()
        }
        let sink = RecordingSink()
        let response = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(response.head.status == 200)
        #expect(response.head.fields["Link"] == nil)
        #expect(sink.record.heads.map(\.status) == [200])
    }

    @Test func headAnnouncesALengthAndSendsNoBody() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            let status = request.hasPrefix("HEAD /x HTTP/1.1\r\n") ? 200 : 400
            try connection.send("HTTP/1.1 \(status) X\r\nContent-Length: 12345\r\n\r\n")
            connection.waitForClose()
        }
        let sink = RecordingSink()
        let limits = TransferLimits(maximumBodySize: 10)
        let response = try await withEngine {
            try await $0.perform(.init(.head, url: server.url("/x"), limits: limits), into: sink)
        }
        #expect(response.head.status == 200)
        #expect(response.head.contentLength == 12345)
        #expect(sink.record.bytes.isEmpty)
    }

    @Test func aPartOfAFileThatIsTooLargeAsAWholeIsRefused() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-3/11\r\nContent-Length: 4\r\n\r\nabcd")
            connection.waitForClose()
        }
        let sink = RecordingSink()
        let request = TransferRequest(
            url: server.url("/x"), range: .init(first: 0, last: 3), limits: TransferLimits(maximumBodySize: 10))
        let error = await #expect(throws: TransferError.self) {
            try await withEngine { try await $0.perform(request, into: sink) }
        }
        #expect(error?.code == .tooLarge(limit: 10, announced: 11))
        #expect(sink.record.bytes.isEmpty)
    }

    @Test func theRequestCarriesItsHeadersRangeAndNothingUnasked() async throws {
        let seen = Mutex("")
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            seen.withLock { $0 = request }
            try connection.send(
                "HTTP/1.1 206 Partial\r\nContent-Range: bytes 100-103/1000\r\nContent-Length: 4\r\n\r\nabcd")
            connection.waitForClose()
        }
        let sink = RecordingSink()
        let request = TransferRequest(
            url: server.url("/a/../b%20c?q=1"), headers: ["X-Key": "secret", "X-Empty": ""],
            range: .init(first: 100, last: 103))
        let response = try await withEngine { try await $0.perform(request, into: sink) }
        let lines = seen.withLock { $0 }.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "GET /a/../b%20c?q=1 HTTP/1.1")
        #expect(
            Set(lines.dropFirst()) == [
                "Host: 127.0.0.1:\(server.port)", "Range: bytes=100-103", "User-Agent: transfer-tests", "Accept: */*",
                "X-Key: secret", "X-Empty:",
            ])
        #expect(response.head.contentRange == ContentRange(first: 100, last: 103, total: 1000))
        #expect("\(request)" == "GET http://127.0.0.1:\(server.port)/a/../b%20c")
        #expect("\(request.headers)" == "[X-Key, X-Empty]")
    }

    @Test func anErrorBodyIsReturnedAndNeverReachesTheSink() async throws {
        let body = #"{"detail":"no such job"}"#
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            connection.waitForClose()
        }
        let sink = RecordingSink()
        let response = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(response.head.status == 404)
        #expect(response.errorBody == Array(body.utf8))
        #expect(sink.isUntouched)
    }

    @Test func aLongErrorBodyIsCutAt64KiB() async throws {
        let body = pattern(1_000_000)
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 500 No\r\nContent-Length: \(body.count)\r\n\r\n")
            try connection.send(body)
            connection.waitForClose()
        }
        let sink = RecordingSink()
        let response = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(response.head.status == 500)
        #expect(response.errorBody == Array(body.prefix(64 * 1024)))
        #expect(sink.isUntouched)
    }

    @Test func anErrorStatusIsAnAnswerEvenIfItsBodyIsCut() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 410 Gone\r\nContent-Length: 100\r\n\r\nshort")
        }
        let response = try await withEngine { try await $0.perform(.init(url: server.url()), into: RecordingSink()) }
        #expect(response.head.status == 410)
        #expect(response.errorBody == Array("short".utf8))
    }

    @Test(arguments: [301, 302, 304, 307])
    func aRedirectIsReturnedAndNotFollowed(status: Int) async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 \(status) Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        let sink = RecordingSink()
        let response = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
        #expect(response.head.status == status)
        #expect(response.head.fields["location"] == "/other")
        #expect(sink.isUntouched)
    }

    @Test func aConnectionIsKeptAndUsedAgain() async throws {
        let server = try ScriptedServer { connection in
            while true {
                try connection.readRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        try await withEngine { engine in
            for _ in 0..<20 {
                _ = try await engine.perform(.init(url: server.url()), into: RecordingSink())
            }
        }
        #expect(server.connections == 1)
    }

    @Test func aKeptConnectionThatHasDiedIsReplaced() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            // The next request on this connection finds it closed.
            if connection.number > 1 { connection.waitForClose() }
        }
        try await withEngine { engine in
            for _ in 0..<2 {
                let sink = RecordingSink()
                _ = try await engine.perform(.init(url: server.url()), into: sink)
                #expect(sink.record.bytes == Array("ok".utf8))
            }
        }
    }
}
