import Foundation
import NIOCore
import NIOPosix
import PulseEmulator

/// An HTTP client that hides nothing: it sends what it is given and shows how the connection ended.
struct RawClient: Sendable {
    static let key = "pulse-demo-northwind-1"

    let port: Int

    init(_ emulator: Emulator) {
        port = emulator.port
    }

    /// Sends one request and reads until the server ends the connection.
    func send(
        _ method: String = "GET", _ path: String, key: String? = RawClient.key,
        headers: [String: String] = [:], body: String = ""
    ) async throws -> RawAnswer {
        try await withConnection { connection in
            try await connection.send(method, path, key: key, headers: headers, body: body)
            return await connection.readToEnd()
        }
    }

    /// Runs `body` with an open connection, which is closed at its end.
    func withConnection<Value: Sendable>(
        _ body: (inout RawConnection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(bytes: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }
}

/// An open connection of a ``RawClient``.
struct RawConnection {
    var bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received: [UInt8] = []

    init(
        bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.bytes = bytes
        self.outbound = outbound
    }

    func send(
        _ method: String, _ path: String, key: String? = RawClient.key,
        headers: [String: String] = [:], body: String = ""
    ) async throws {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: pulse.test:1234", "Connection: close"]
        if let key { lines.append("x-api-key: \(key)") }
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        lines += headers.map { "\($0.key): \($0.value)" }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        try await outbound.write(ByteBuffer(string: text))
    }

    /// Reads until this many bytes of a body have come, and returns the answer so far.
    mutating func read(bodyBytes count: Int) async throws -> RawAnswer {
        while true {
            let answer = RawAnswer(received, ending: .open)
            if answer.status != nil, answer.body.count >= count { return answer }
            guard let more = try await bytes.next() else { return RawAnswer(received, ending: .closed) }
            received += Array(buffer: more)
        }
    }

    mutating func readToEnd() async -> RawAnswer {
        do {
            while let more = try await bytes.next() { received += Array(buffer: more) }
            return RawAnswer(received, ending: .closed)
        } catch {
            return RawAnswer(received, ending: .reset)
        }
    }
}
