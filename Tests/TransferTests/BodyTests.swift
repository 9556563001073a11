import Foundation
import Glibc
import PulseTestSupport
import Quantities
import Synchronization
import Testing
import Transfer

@Suite(timeLimit) struct BodyTests {
    /// Takes requests with bodies of the announced length, and gives each the same answer.
    private func server(answering answer: String, _ seen: SentRequests) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while true {
                let head = try connection.readRequest()
                if head.lowercased().contains("expect: 100-continue") {
                    try connection.send("HTTP/1.1 100 Continue\r\n\r\n")
                }
                let body = try connection.readBody(Self.length(of: head))
                seen.note(head, body)
                try connection.send(answer)
            }
        }
    }

    private static func length(of head: String) -> Int {
        let line = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        return line.flatMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) } ?? 0
    }

    private static let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    /// Lower-case names of the headers that a request had.
    private static func names(_ head: String) -> Set<String> {
        Set(head.split(separator: "\r\n").dropFirst().compactMap { $0.split(separator: ":").first?.lowercased() })
    }

    @Test func aPutCarriesItsBytesAndTheHeadersThatItWasGivenAndNoOthers() async throws {
        let seen = SentRequests()
        let server = try server(answering: Self.empty, seen)
        let body = pattern(1_048_576)
        try await withEngine { engine in
            let response = try await engine.perform(
                .init(.put, url: server.url("/a"), headers: ["If-None-Match": "*", "x-a": "b"], body: .bytes(body)),
                into: RecordingSink())
            #expect(response.head.status == 200)
        }
        let head = try #require(seen.value.heads.first)
        #expect(head.hasPrefix("PUT /a HTTP/1.1\r\n"))
        #expect(head.contains("If-None-Match: *\r\n"))
        #expect(
            Self.names(head)
                == ["host", "user-agent", "accept", "if-none-match", "x-a", "content-length"])
        #expect(seen.value.bodies == [body])
    }

    @Test(arguments: [TransferRequest.Method.put, .post])
    func aBodyThatIsNotThereIsAnnouncedAsEmpty(method: TransferRequest.Method) async throws {
        let seen = SentRequests()
        let server = try server(answering: Self.empty, seen)
        try await withEngine { engine in
            _ = try await engine.perform(.init(method, url: server.url("/a?uploads=")), into: RecordingSink())
        }
        let head = try #require(seen.value.heads.first)
        #expect(head.hasPrefix("\(method.rawValue) /a?uploads= HTTP/1.1\r\n"))
        #expect(head.contains("Content-Length: 0\r\n"))
        #expect(Self.names(head) == ["host", "user-agent", "accept", "content-length"])
    }

    @Test func aDeleteHasNoBody() async throws {
        let seen = SentRequests()
        let server = try server(answering: "HTTP/1.1 204 No Content\r\n\r\n", seen)
        try await withEngine { engine in
            let response = try await engine.perform(.init(.delete, url: server.url("/a")), into: RecordingSink())
            #expect(response.head.status == 204)
        }
        let head = try #require(seen.value.heads.first)
        #expect(head.hasPrefix("DELETE /a HTTP/1.1\r\n"))
        #expect(Self.names(head) == ["host", "user-agent", "accept"])
    }

    @Test func theAnswerToAPostReachesTheSink() async throws {
        let server = try server(
            answering: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", SentRequests())
        let sink = MemorySink(limit: 100)
        try await withEngine { engine in
            _ = try await engine.perform(.init(.post, url: server.url(), body: .bytes([1])), into: sink)
        }
        #expect(sink.bytes == Array("hello".utf8))
    }

    @Test(arguments: [0, 1, 1_048_577, 5_000_000])
    func aPartOfAFileIsSentFromWhereItBegins(count: Int) async throws {
        let seen = SentRequests()
        let server = try server(answering: Self.empty, seen)
        let content = pattern(6_000_000)
        try await ScratchDirectory.with { scratch in
            let path = "\(scratch.appending("body"))"
            try Data(content).write(to: URL(filePath: path))
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            let source = FileSource(descriptor: descriptor, first: 1000, length: 5_999_000)
            let body = RequestBody.part(of: source, from: 23, count: ByteCount(UInt64(count)))
            try await withEngine { engine in
                _ = try await engine.perform(.init(.put, url: server.url("/f"), body: body), into: RecordingSink())
            }
        }
        #expect(seen.value.bodies == [Array(content[1023..<1023 + count])])
        let expects = try #require(seen.value.heads.first).contains("Expect: 100-continue\r\n")
        #expect(expects == (count > 1_048_576))
    }

    @Test(arguments: [403, 417])
    func aServerThatWantsNoLargeBodyIsNotSentIt(status: Int) async throws {
        let after = SentRequests()
        let server = try ScriptedServer { connection in
            let head = try connection.readRequest()
            try connection.send("HTTP/1.1 \(status) No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            after.note(head, (try? connection.readBody(1)) ?? [])
        }
        try await withEngine { engine in
            let response = try await engine.perform(
                .init(.put, url: server.url(), body: .bytes(pattern(2_000_000))), into: RecordingSink())
            #expect(response.head.status == status)
            #expect(response.errorBody == Array("no".utf8))
        }
        #expect(server.connections == 1)
    }

    // MARK: What may have been done

    @Test func aRequestThatNobodyTookCannotHaveBeenDone() async throws {
        let unused = try ScriptedServer.unusedPort()
        defer { close(unused.holder) }
        let error = try await failure(
            of: .init(.put, url: "http://127.0.0.1:\(unused.port)/", body: .bytes([1])))
        #expect(error.code == .refused)
        #expect(error.delivery == .notSent)
    }

    @Test func aRequestThatWasSentMayHaveBeenDone() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readBody(try connection.readRequest().isEmpty ? 0 : 1)
            connection.close()
        }
        let error = try await failure(of: .init(.put, url: server.url(), body: .bytes([1])))
        #expect(error.code == .connectionReset)
        #expect(error.delivery == .unclear)
    }

    @Test(arguments: [TransferRequest.Method.put, .post, .delete])
    func whatChangesSomethingIsNotSentAgainWhenAKeptConnectionBreaks(method: TransferRequest.Method) async throws {
        let requests = Atomic(0)
        let server = try ScriptedServer { connection in
            let first = try connection.readRequest()
            _ = try connection.readBody(Self.length(of: first))
            try connection.send(Self.empty)
            let second = try connection.readRequest()
            _ = try connection.readBody(Self.length(of: second))
            requests.wrappingAdd(1, ordering: .relaxed)
            connection.reset()
        }
        try await withEngine { engine in
            let request = TransferRequest(
                method, url: server.url(), body: method == .delete ? nil : .bytes(pattern(100)))
            _ = try await engine.perform(request, into: RecordingSink())
            let error = try await failure(of: request, on: engine)
            #expect(error.code == .connectionReset)
            #expect(error.delivery == .unclear)
        }
        #expect(requests.load(ordering: .relaxed) == 1)
    }

    @Test func aServerThatStopsTakingABodyIsGivenUp() async throws {
        let ended = Gate()
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            ended.wait()
        }
        defer { ended.open() }
        let error = try await failure(
            of: .init(
                .put, url: server.url(), body: .bytes(pattern(64 << 20)),
                limits: TransferLimits(stallTimeout: .milliseconds(300))))
        #expect(error.code == .stalled)
        #expect(error.delivery == .unclear)
    }

    // MARK: Bodies that cannot be sent

    @Test func aFileThatHasBecomeShorterEndsTheTransfer() async throws {
        let server = try server(answering: Self.empty, SentRequests())
        try await ScratchDirectory.with { scratch in
            let path = "\(scratch.appending("body"))"
            try Data(pattern(1000)).write(to: URL(filePath: path))
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            let source = FileSource(descriptor: descriptor, length: 1001)
            let error = try await failure(of: .init(.put, url: server.url(), body: .all(of: source)))
            #expect(error.code == .source(errno: nil))
            #expect(error.underlying is FileSource.ReadFailure)
        }
    }

    @Test func aFileThatCannotBeReadSaysWhy() async throws {
        let server = try server(answering: Self.empty, SentRequests())
        let source = FileSource(descriptor: -1, length: 1)
        let error = try await failure(of: .init(.put, url: server.url(), body: .all(of: source)))
        #expect(error.code == .source(errno: EBADF))
    }

    @Test func requestsWithBodiesThatCannotBeSentAreRefused() async throws {
        let source = FileSource(descriptor: -1, length: 10)
        let bad: [TransferRequest] = [
            .init(.get, url: "http://127.0.0.1:1/", body: .bytes([])),
            .init(.head, url: "http://127.0.0.1:1/", body: .bytes([])),
            .init(.put, url: "http://127.0.0.1:1/", body: .part(of: source, from: 5, count: 6)),
            .init(.put, url: "http://127.0.0.1:1/", body: .part(of: source, from: 11, count: 0)),
            .init(.put, url: "http://127.0.0.1:1/", body: .part(of: source, from: .max, count: .max)),
            .init(.put, url: "http://127.0.0.1:1/", headers: ["content-length": "5"], body: .bytes([1])),
            .init(.put, url: "http://127.0.0.1:1/", headers: ["Transfer-Encoding": "chunked"], body: .bytes([1])),
            .init(.post, url: "http://127.0.0.1:1/", headers: ["Expect": "x"]),
            .init(.put, url: "http://127.0.0.1:1/", headers: ["x-a": "b\r\nx-c: d"], body: .bytes([1])),
        ]
        for request in bad {
            let error = try await failure(of: request)
            #expect(error.code == .invalidRequest)
            #expect(error.delivery == .notSent)
        }
    }
}

/// What a server has been sent, noted by its threads.
private final class SentRequests: Sendable {
    struct Notes {
        var heads: [String] = []
        var bodies: [[UInt8]] = []
    }

    private let notes = Mutex(Notes())
    var value: Notes { notes.withLock { $0 } }

    func note(_ head: String, _ body: [UInt8]) {
        notes.withLock { notes in
            notes.heads.append(head)
            notes.bodies.append(body)
        }
    }
}
