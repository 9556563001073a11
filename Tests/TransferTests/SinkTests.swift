import Foundation
import Glibc
import PulseTestSupport
import Testing
import Transfer

@Suite(timeLimit) struct SinkTests {
    /// A file without a name, closed at the end.
    private func withFile(_ body: (Int32) async throws -> Void) async throws {
        let file = try #require(tmpfile())
        defer { fclose(file) }
        try await body(fileno(file))
    }

    private func content(of descriptor: Int32) throws -> [UInt8] {
        let size = Int(lseek(descriptor, 0, Int32(SEEK_END)))
        var bytes = [UInt8](repeating: 0, count: size)
        #expect(pread(descriptor, &bytes, size, 0) == size)
        return bytes
    }

    private func serving(_ body: [UInt8], head: String) throws -> ScriptedServer {
        try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("\(head)\r\nContent-Length: \(body.count)\r\n\r\n")
            try connection.send(body)
            connection.waitForClose()
        }
    }

    @Test func sixtyFourMegabytesReachTheFileUnchanged() async throws {
        let body = pattern(64 << 20)
        let server = try serving(body, head: "HTTP/1.1 200 OK")
        try await withFile { descriptor in
            let sink = FileSink(descriptor: descriptor)
            _ = try await withEngine { try await $0.perform(.init(url: server.url()), into: sink) }
            #expect(sink.received == UInt64(body.count))
            #expect(try content(of: descriptor) == body)
        }
    }

    @Test func aRangeIsWrittenWhereItBelongs() async throws {
        let server = try serving(Array("abcd".utf8), head: "HTTP/1.1 206 Partial\r\nContent-Range: bytes 100-103/1000")
        try await withFile { descriptor in
            let sink = FileSink(descriptor: descriptor, origin: 10)
            let request = TransferRequest(url: server.url(), range: .init(first: 100, last: 103))
            _ = try await withEngine { try await $0.perform(request, into: sink) }
            #expect(try content(of: descriptor) == [UInt8](repeating: 0, count: 110) + Array("abcd".utf8))
        }
    }

    @Test func anAnswerThatIgnoresTheRangeIsWrittenFromTheStart() async throws {
        let server = try serving(Array("whole".utf8), head: "HTTP/1.1 200 OK")
        try await withFile { descriptor in
            let sink = FileSink(descriptor: descriptor)
            let response = try await withEngine {
                try await $0.perform(.init(url: server.url(), range: .init(first: 3)), into: sink)
            }
            #expect(response.head.status == 200)
            #expect(try content(of: descriptor) == Array("whole".utf8))
        }
    }

    @Test func aFullDeviceIsReportedWithItsErrno() async throws {
        let server = try serving(pattern(100_000), head: "HTTP/1.1 200 OK")
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let sink = FileSink(descriptor: descriptor)
        let error = try await failure(of: .init(url: server.url()), into: sink)
        #expect(error.code == .sink(errno: ENOSPC))
        #expect(error.received == 0)
        #expect(sink.received == 0)
    }

    @Test func aDescriptorThatCannotBeWrittenIsReportedWithItsErrno() async throws {
        let server = try serving(Array("x".utf8), head: "HTTP/1.1 200 OK")
        let error = try await failure(of: .init(url: server.url()), into: FileSink(descriptor: -1))
        #expect(error.code == .sink(errno: EBADF))
    }

    @Test func theMemorySinkTakesNoMoreThanItsLimit() async throws {
        let server = try serving(pattern(1000), head: "HTTP/1.1 200 OK")
        let error = try await failure(of: .init(url: server.url()), into: MemorySink(limit: 999))
        #expect(error.code == .tooLarge(limit: 999))
    }
}
