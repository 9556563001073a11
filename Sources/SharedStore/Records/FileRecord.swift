import Quantities

/// What the contents of a file's object begin with, before the file's bytes. Whoever reads one believes nothing of it but what it
/// checks here.
package enum FileRecord: Sendable, Hashable {
    /// Somebody fetches it.
    case asking
    /// Somebody has fetched it, and could not share it: the next one fetches.
    case released
    /// It is too large to be waited for: each fetches it for itself until somebody has put its bytes here.
    case unshared
    /// Its bytes follow.
    case whole(WholeFile)
    /// Something that another version of this program has written.
    case other

    private static let digestLength = 32

    private struct Header: Codable {
        let state: String
        var size: UInt64?
        var sha256: String?
        var etag: String?
        var modified: String?
    }

    /// As many bytes of the contents as are needed at most.
    package static let longestHead = RecordFrame.lengthBytes + RecordFrame.largestHeader

    /// Reads the first bytes of some contents: what they say, and where the file begins in them. Nil for what is no record, or
    /// ends too early to be read.
    package static func read(_ bytes: [UInt8]) -> (record: FileRecord, start: Int)? {
        guard let (header, end) = RecordFrame.read(Header.self, bytes) else { return nil }
        switch header.state {
        case "asking": return (.asking, end)
        case "released": return (.released, end)
        case "unshared": return (.unshared, end)
        case "whole":
            guard let size = header.size, header.sha256.map(isDigest) ?? true else { return nil }
            let file = WholeFile(
                size: ByteCount(size), sha256: header.sha256, entityTag: header.etag, lastModified: header.modified)
            return (.whole(file), end)
        default: return (.other, end)
        }
    }

    private static func isDigest(_ text: String) -> Bool {
        HexText.bytes(text)?.count == digestLength && text == text.lowercased()
    }

    /// The beginning of the contents; nil for what cannot be written down.
    package var head: [UInt8]? {
        switch self {
        case .asking: RecordFrame.head(Header(state: "asking"))
        case .released: RecordFrame.head(Header(state: "released"))
        case .unshared: RecordFrame.head(Header(state: "unshared"))
        case .whole(let file):
            RecordFrame.head(
                Header(
                    state: "whole", size: file.size.bytes, sha256: file.sha256, etag: file.entityTag,
                    modified: file.lastModified))
        case .other: nil
        }
    }
}
