#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Sends to a socket of this machine that has a name (unix(7)).
package enum DatagramSocket {
    /// The longest name that can be sent to, in bytes.
    package static let longestName = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

    /// One datagram. `name` is a path that ends with a zero byte, or a name that begins with one (abstract sockets). Does not
    /// wait; what is not taken is lost.
    package static func send(_ text: [UInt8], to name: [UInt8]) {
        guard name.count <= longestName else { return }
        let socket = socket(AF_UNIX, datagram | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + name.count } ?? 0)
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(socket, text, text.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }

    #if canImport(Glibc)
        private static let datagram = Int32(SOCK_DGRAM.rawValue)
    #else
        private static let datagram = SOCK_DGRAM
    #endif
}
