import PulseTestSupport
import Quantities
import Testing
import Transfer

/// S2.7: a length that cannot be told, or contradicts itself, is an invalid answer, and no byte of the body is taken.
@Suite("Lengths that lie", timeLimit) struct LengthTests {
    /// Sends a request to a server that sends this head, and `hello`.
    private func ask(
        _ head: String, _ method: TransferRequest.Method = .get, range: ByteRange? = nil, body: String = "hello"
    ) async throws -> (Result<TransferResponse, TransferError>, RecordingSink) {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send(head.replacing("\n", with: "\r\n") + "\r\n\r\n" + (method == .head ? "" : body))
        }
        let sink = RecordingSink()
        let outcome = try await withEngine { engine -> Result<TransferResponse, TransferError> in
            do throws(TransferError) {
                return .success(try await engine.perform(.init(method, url: server.url(), range: range), into: sink))
            } catch {
                return .failure(error)
            }
        }
        return (outcome, sink)
    }

    static let lies = [
        "Content-Length: 5\nContent-Length: 6", "Content-Length: 6\nContent-Length: 5", "Content-Length: 5, 6",
        "Content-Length: 99999999999999999999999", "Content-Length: 18446744073709551615",
        "Content-Length: 9223372036854775808", "Content-Length: -1", "Content-Length: +5", "Content-Length: five",
        "Content-Length: 5 5", "Content-Length: 5;", "Content-Length: 0x5", "Content-Length:", "Content-Length: 5,",
        "Content-Length: 5.0", "Content-Length: 5\nContent-Length: x",
    ]

    @Test(
        "S2.7 what is no length ends the answer before any of it is taken", arguments: lies,
        [.get, .head] as [TransferRequest.Method])
    func refused(fields: String, method: TransferRequest.Method) async throws {
        let (outcome, sink) = try await ask("HTTP/1.1 200 OK\n\(fields)", method)
        let error = try #require(outcome.failure)
        #expect(error.code == .invalidResponse)
        #expect(error.message.contains("length") || error.message.contains("HTTP"))
        #expect(sink.isUntouched)
    }

    @Test(
        "the same length said more than once is a length",
        arguments: ["Content-Length: 5\nContent-Length: 5", "Content-Length: 5, 5", "Content-Length: 5 ,05"])
    func repeated(fields: String) async throws {
        let (outcome, sink) = try await ask("HTTP/1.1 200 OK\n\(fields)")
        #expect(try outcome.get().head.contentLength == 5)
        #expect(sink.record.bytes == Array("hello".utf8))
    }

    @Test("a chunked body ends where its chunks do, and what else is said of its length counts for nothing")
    func chunked() async throws {
        let (outcome, sink) = try await ask(
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: 3", body: "5\r\nhello\r\n0\r\n\r\n")
        #expect(try outcome.get().head.contentLength == nil)
        #expect(sink.record.bytes == Array("hello".utf8))
    }

    @Test(
        "a body that ends with its connection is whole, whatever the version of HTTP",
        arguments: ["HTTP/1.0", "HTTP/1.1"])
    func closed(version: String) async throws {
        let (outcome, sink) = try await ask("\(version) 200 OK\nConnection: close")
        #expect(try outcome.get().head.contentLength == nil)
        #expect(sink.record.bytes == Array("hello".utf8))
    }

    @Test(
        "S2.7 a part that is not what was asked for, or not what it says it is, is refused",
        arguments: [
            "bytes 0-4/10", "bytes 6-10/20", "bytes 5-10/20", "bytes 5-9/9", "bytes 5-18446744073709551615/*",
            "bytes 5-9223372036854775807/*", "bytes 5-9/18446744073709551615", "bytes 9-5/20", "bytes */20",
            "items 5-9/20",
            "bytes 5-8/20", "bytes 5-9/20, bytes 5-9/20", "",
        ])
    func ranges(range: String) async throws {
        let (outcome, sink) = try await ask(
            "HTTP/1.1 206 Part\nContent-Range: \(range)\nContent-Length: 5", range: ByteRange(first: 5, last: 9))
        #expect(outcome.failure?.code == .invalidResponse)
        #expect(sink.isUntouched)
    }

    @Test("a shorter part than was asked for is one")
    func shorter() async throws {
        let (outcome, sink) = try await ask(
            "HTTP/1.1 206 Part\nContent-Range: bytes 5-9/20\nContent-Length: 5", range: ByteRange(first: 5, last: 12))
        #expect(try outcome.get().head.contentRange == ContentRange(first: 5, last: 9, total: 20))
        #expect(sink.record.bytes == Array("hello".utf8))
    }

    @Test("an error is an answer, whatever it says of its length")
    func errors() async throws {
        let (outcome, sink) = try await ask("HTTP/1.1 404 Not Found\nContent-Length: 5\nContent-Length: 5000")
        #expect(try outcome.get().head.status == 404)
        #expect(sink.isUntouched)
    }

    @Test("S5.6 whatever stands in the fields, a length is one or none, and nothing ends the process")
    func anything() {
        var generator = SeededGenerator(seed: 16)
        let pieces = [
            "0", "9", "18446744073709551615", "-", "+", " ", ",", "5", "9223372036854775807", "é", "/", "*", "bytes ",
        ]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            .joined()
            let head = ResponseHead(
                status: 206, httpVersion: .http11, fields: ["Content-Length": text, "Content-Range": text])
            #expect(head.contentLength.map { $0 <= .max } ?? true)
            #expect(head.contentRange.map { $0.first <= $0.last && $0.count >= 1 } ?? true)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
