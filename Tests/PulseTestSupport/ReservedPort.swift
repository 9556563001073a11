import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A TCP port of 127.0.0.1 that nobody else is given while this lives: a server may listen on it, and after the server has
/// ended connections to it are refused, as no other test's server can have taken its place.
///
/// The socket is bound and does not listen (ip(7), SO_REUSEADDR in socket(7)).
public final class ReservedPort: Sendable {
    public let number: Int
    private let descriptor: FileDescriptor

    public init() throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Errno(rawValue: errno) }
        descriptor = FileDescriptor(rawValue: socket)
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard let pointer, bind(socket, pointer, length) == 0 else { return -1 }
            return getsockname(socket, pointer, &length)
        }
        number = Int(UInt16(bigEndian: address.sin_port))
        guard code == 0 else {
            let error = Errno(rawValue: errno)
            try? descriptor.close()
            throw error
        }
    }

    deinit { try? descriptor.close() }
}
