import SystemPackage

/// A file of the system that is read in one go.
enum SmallFile {
    /// Nil when it cannot be read.
    static func text(_ path: FilePath) -> String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        return (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension FileDescriptor {
    func readToEnd() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = try chunk.withUnsafeMutableBytes({ try read(into: $0) }), count > 0 {
            bytes += chunk[..<count]
        }
        return bytes
    }
}
