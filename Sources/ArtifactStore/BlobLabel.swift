import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a blob is, written behind its bytes, so that a blob says it by itself when the index is gone:
///
///     content | label as JSON | length of the label, 8 bytes, little endian | "PULSEFB1"
struct BlobLabel: Codable, Equatable {
    var origin: String
    var job: String
    var slot: Int
    var name: String
    var size: UInt64
    /// Hexadecimal SHA-256 of the content.
    var sha256: String

    private static let magic = Array("PULSEFB1".utf8)
    private static let trailerLength = 16
    private static let longest: UInt64 = 64 * 1024

    func encoded() throws -> [UInt8] {
        let json = Array(try JSONEncoder().encode(self))
        let length = UInt64(json.count)
        return json + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Self.magic
    }

    /// Reads the label of a file; nil when the file has none, or one that does not fit the file's length.
    init?(of file: FileDescriptor, fileSize: UInt64) {
        let trailerLength = UInt64(Self.trailerLength)
        guard fileSize >= trailerLength,
            let trailer = Self.read(file, at: fileSize - trailerLength, count: Self.trailerLength),
            Array(trailer[8...]) == Self.magic
        else { return nil }
        let length = trailer[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= Self.longest, length + trailerLength <= fileSize,
            let json = Self.read(file, at: fileSize - trailerLength - length, count: Int(length)),
            let label = try? JSONDecoder().decode(BlobLabel.self, from: Data(json)),
            label.size == fileSize - trailerLength - length
        else { return nil }
        self = label
    }

    init(origin: String, job: String, slot: Int, name: String, size: UInt64, sha256: String) {
        self.origin = origin
        self.job = job
        self.slot = slot
        self.name = name
        self.size = size
        self.sha256 = sha256
    }

    private static func read(_ file: FileDescriptor, at offset: UInt64, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try? bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: Int64(offset), into: $0) }
        return got == count ? bytes : nil
    }
}
