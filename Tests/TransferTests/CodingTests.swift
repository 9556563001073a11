import Foundation
import PulseTestSupport
import Quantities
import Testing
import Transfer

/// S2.7: a body that is coded, though nobody asked for that, is decoded or refused.
@Suite("Coded bodies", timeLimit) struct CodingTests {
    /// `hello, world`, as gzip(1) has it.
    private static let coded: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0x28,
        0xcf, 0x2f,
        0xca, 0x49, 0x01, 0x00, 0x3a, 0x72, 0xab, 0xff, 0x0c, 0x00, 0x00, 0x00,
    ]
    private static let plain = Array("hello, world".utf8)

    private func ask(
        _ head: String, _ body: [UInt8], range: ByteRange? = nil, limit: UInt64? = nil
    ) async throws -> (Result<TransferResponse, TransferError>, RecordingSink, request: String) {
        let file = try ScriptedFile { _ in .init(head: head.replacing("\n", with: "\r\n") + "\r\n\r\n", body) }
        let sink = RecordingSink()
        let outcome = try await withEngine { engine -> Result<TransferResponse, TransferError> in
            do throws(TransferError) {
                let limits = TransferLimits(maximumBodySize: limit)
                return .success(
                    try await engine.perform(.init(url: file.url, range: range, limits: limits), into: sink))
            } catch {
                return .failure(error)
            }
        }
        return (outcome, sink, file.requests.first?.lines.joined(separator: "\n") ?? "")
    }

    private func code(_ outcome: Result<TransferResponse, TransferError>) -> TransferError.Code? {
        if case .failure(let error) = outcome { error.code } else { nil }
    }

    @Test(
        "S2.7 gzip is decoded, and its length is not taken for the file's; no coding is asked for",
        arguments: ["gzip", "x-gzip", "GZIP", "identity, gzip"])
    func gzip(name: String) async throws {
        let (outcome, sink, request) = try await ask(
            "HTTP/1.1 200 OK\nContent-Encoding: \(name)\nContent-Length: \(Self.coded.count)", Self.coded)
        let head = try outcome.get().head
        #expect(head.isCoded && head.contentLength == nil)
        #expect(sink.record.bytes == Self.plain)
        #expect(!request.lowercased().contains("accept-encoding"))
    }

    @Test("S2.8 a request that takes compressed bodies asks for gzip at least, and others ask for no coding")
    func asked() async throws {
        let file = try ScriptedFile { request in
            .init(
                head: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(Self.coded.count)\r\n\r\n",
                Self.coded)
        }
        let sink = RecordingSink()
        try await withEngine { engine in
            var request = TransferRequest(url: file.url)
            request.acceptsCompression = true
            _ = try await engine.perform(request, into: sink)
        }
        #expect(sink.record.bytes == Self.plain)
        let line = file.requests.first?.lines.first { $0.lowercased().hasPrefix("accept-encoding:") } ?? ""
        #expect(line.contains("gzip"), "\(line)")
    }

    @Test("a body that says it is coded as it is, is what it is")
    func identity() async throws {
        let (outcome, sink, _) = try await ask(
            "HTTP/1.1 200 OK\nContent-Encoding: identity\nContent-Length: 12", Self.plain)
        let head = try outcome.get().head
        #expect(!head.isCoded && head.contentLength == 12)
        #expect(sink.record.bytes == Self.plain)
    }

    @Test(
        "S2.7 what cannot be decoded is refused, and none of it is taken for a file",
        arguments: ["br", "zstd", "deflate", "compress", "snowflake", "gzip, gzip"])
    func refused(name: String) async throws {
        let (outcome, sink, _) = try await ask(
            "HTTP/1.1 200 OK\nContent-Encoding: \(name)\nContent-Length: 12", Self.plain)
        #expect(code(outcome) == .invalidResponse)
        #expect(sink.record.bytes.isEmpty)
    }

    @Test("S2.7 a part of a coded file, and a coded body that only the connection ends, are refused")
    func undecodable() async throws {
        let (part, first, _) = try await ask(
            "HTTP/1.1 206 Part\nContent-Encoding: gzip\nContent-Range: bytes 0-\(Self.coded.count - 1)/100\nContent-Length: \(Self.coded.count)",
            Self.coded, range: ByteRange(first: 0, last: 99))
        #expect(code(part) == .invalidResponse && first.isUntouched)
        let (endless, second, _) = try await ask(
            "HTTP/1.1 200 OK\nContent-Encoding: gzip\nConnection: close", Self.coded)
        #expect(code(endless) == .invalidResponse && second.isUntouched)
    }

    @Test("a coded body that is cut is cut")
    func cut() async throws {
        let (outcome, _, _) = try await ask(
            "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: \(Self.coded.count)", Array(Self.coded.prefix(20))
        )
        #expect(code(outcome) == .partialBody(expected: nil))
    }

    @Test("S2.7 a small body that is decoded to a large one ends at the limit of what may come")
    func bomb() async throws {
        let made = try await Shell.run("head -c 50000000 /dev/zero | gzip -9")
        let (outcome, sink, _) = try await ask(
            "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: \(made.output.count)", made.output, limit: 1 << 20
        )
        #expect(made.output.count < 1 << 20)
        #expect(code(outcome) == .tooLarge(limit: 1 << 20))
        #expect(sink.record.bytes.count <= 1 << 20)
    }
}
