import FUSE
import Quantities
import System
import SystemPackage

/// Whether a file of an export has the bytes that a mount shows, where its size and date do not tell. Blocks on the disk.
enum FileComparison {
    private static let chunk = 1 << 20

    /// False too when the bytes are not at hand, or the file has gone. Equal, it is younger afterwards than what was made of
    /// the same bytes before: the next export need not compare it.
    static func isSame(_ file: ExportPlan.File, in job: ExportedJob, _ reader: TreeReader) -> Bool {
        guard let open = try? job.open(file.path) else { return false }
        defer { try? open.close() }
        guard (try? holds(open, file, reader)) ?? false else { return false }
        if file.content == nil { try? open.setModified(file.modified) }
        return true
    }

    private static func holds(
        _ open: FileDescriptor, _ file: ExportPlan.File, _ reader: TreeReader
    ) throws(Errno) -> Bool {
        guard try open.facts().size == file.size else { return false }
        if let content = file.content { return try open.bytes(at: 0, atMost: content.count) == content }
        var offset: UInt64 = 0
        while offset < file.size {
            let wanted = Int(min(UInt64(chunk), file.size -| offset))
            guard case .now(let reply) = reader.read(file.node, at: offset, count: wanted),
                let shown = try bytes(of: reply), !shown.isEmpty,
                try open.bytes(at: offset, atMost: shown.count) == shown
            else { return false }
            offset +|= UInt64(shown.count)
        }
        return true
    }

    /// Nil when they are not what they should be.
    private static func bytes(of reply: ReadReply) throws(Errno) -> [UInt8]? {
        switch reply {
        case .bytes(let bytes): return bytes
        case .file(let file, let offset, let count): return try file.descriptor.bytes(at: offset, atMost: count)
        case .checked(let file, let offset, let count, _):
            let bytes = try file.descriptor.bytes(at: offset, atMost: count)
            return bytes.withUnsafeBytes { file.isIntact($0, at: offset) } ? bytes : nil
        }
    }
}
