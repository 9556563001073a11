import Quantities
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tells a service manager how a daemon is doing, by the datagrams of sd_notify(3).
package struct ServiceNotice: Sendable {
    private let address: Address

    private enum Address: Sendable {
        case path(String)
        /// Named in the kernel alone (unix(7)).
        case abstract(String)

        var bytes: [UInt8] {
            switch self {
            case .path(let path): Array(path.utf8) + [0]
            case .abstract(let name): [0] + Array(name.utf8)
            }
        }
    }

    /// Nil when nobody wants to be told.
    package init?(_ environment: [String: String]) {
        guard let name = environment["NOTIFY_SOCKET"], !name.utf8.contains(0) else { return nil }
        if name.hasPrefix("/") {
            address = .path(name)
        } else if name.hasPrefix("@") {
            address = .abstract(String(name.dropFirst()))
        } else {
            return nil
        }
        guard address.bytes.count <= Self.longestAddress else { return nil }
    }

    private static let longestAddress = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

    /// The mount is usable.
    package func ready(_ status: String) { send(["READY=1", "MAINPID=\(getpid())", "STATUS=\(line(status))"]) }

    package func stopping(_ status: String) { send(["STOPPING=1", "STATUS=\(line(status))"]) }

    /// It takes longer to stop: the manager is to wait for so long from now on (EXTEND_TIMEOUT_USEC).
    package func stopping(_ status: String, within time: Duration) {
        send([
            "STOPPING=1", "EXTEND_TIMEOUT_USEC=\(time.components.seconds *| 1_000_000)", "STATUS=\(line(status))",
        ])
    }

    private func line(_ text: String) -> String { ErrorLine.printable(text) }

    /// Does not wait; a manager that does not take it is one that has gone.
    private func send(_ lines: [String]) {
        let socket = socket(AF_UNIX, Self.datagram | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = address.bytes
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + bytes.count } ?? 0)
        let text = Array(lines.joined(separator: "\n").utf8)
        withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                _ = sendto(socket, text, text.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), name, length)
            }
        }
    }

    #if canImport(Glibc)
        private static let datagram = Int32(SOCK_DGRAM.rawValue)
    #else
        private static let datagram = SOCK_DGRAM
    #endif
}
