import Foundation
import Glibc
import Synchronization

/// A TCP server on a free port of the loopback that plays a script on every connection, each on its own thread.
public final class ScriptedServer: Sendable {
    public typealias Script = @Sendable (ScriptedConnection) throws -> Void

    public let port: UInt16
    private let listener: Int32
    private let accepted = Atomic(0)

    public init(script: @escaping Script) throws {
        let (listener, port) = try Self.listen()
        self.listener = listener
        self.port = port
        Thread.detachNewThread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                guard let number = self?.count() else {
                    close(descriptor)
                    return
                }
                Thread.detachNewThread {
                    let connection = ScriptedConnection(descriptor, number: number)
                    try? script(connection)
                    connection.close()
                }
            }
        }
    }

    deinit {
        // Ends the accept of the other thread; the descriptor's number is not given back, so that it cannot be reused under it.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Connections accepted so far.
    public var connections: Int { accepted.load(ordering: .acquiring) }

    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// A port at which nobody listens, held so that nobody else gets it.
    public static func unusedPort() throws -> (port: UInt16, holder: Int32) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port = try bindToLoopback(descriptor)
        return (port, descriptor)
    }

    private func count() -> Int { accepted.add(1, ordering: .acquiringAndReleasing).newValue }

    private static func listen() throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port = try bindToLoopback(descriptor)
        guard Glibc.listen(descriptor, 512) == 0 else { throw POSIXError(.EIO) }
        return (descriptor, port)
    }

    private static func bindToLoopback(_ descriptor: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard result else { throw POSIXError(.EADDRINUSE) }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// The server's end of one connection, for the thread that plays its script.
public final class ScriptedConnection {
    public enum Failure: Error {
        case closed
    }

    /// 1 for the first connection of its server.
    public let number: Int
    private let descriptor: Int32
    private var isOpen = true
    private var unread: [UInt8] = []

    init(_ descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
    }

    /// Reads the head of the next request, up to and with the empty line.
    @discardableResult
    public func readRequest() throws -> String {
        let end = Array("\r\n\r\n".utf8)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let range = unread.firstRange(of: end) {
                defer { unread.removeSubrange(..<range.upperBound) }
                return String(decoding: unread[..<range.upperBound], as: UTF8.self)
            }
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { throw Failure.closed }
            unread += buffer[..<count]
        }
    }

    /// Reads so many bytes of a request's body.
    public func readBody(_ count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while unread.count < count {
            let received = read(descriptor, &buffer, buffer.count)
            guard received > 0 else { throw Failure.closed }
            unread += buffer[..<received]
        }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    public func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure.closed }
            rest = rest.dropFirst(count)
        }
    }

    /// Returns when the client has closed its end.
    public func waitForClose() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }

    /// Closes with a reset instead of an orderly end.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    public func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }
}
