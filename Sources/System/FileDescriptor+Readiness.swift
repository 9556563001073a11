package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension FileDescriptor {
    /// Whether it can be written to now, without waiting (poll(2)).
    package var isReadyToWrite: Bool {
        var look = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        return poll(&look, 1, 0) == 1 && look.revents & Int16(POLLOUT) != 0
    }

    /// As much as a pipe that is ready takes without waiting (pipe(7)).
    package static let pipePiece = Int(PIPE_BUF)

    /// Writes what the descriptor takes at once, and returns how many bytes that were.
    package func writeSome(_ bytes: some Collection<UInt8>) throws -> Int {
        try Array(bytes).withUnsafeBytes { try write($0) }
    }
}
