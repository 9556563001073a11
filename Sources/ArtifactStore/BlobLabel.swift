import Quantities
import System
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a blob is, written behind its bytes, so that a blob says it by itself when the index is gone and notices damage
/// chunk by chunk:
///
///     content
///     digest of each chunk of the content, 8 bytes each
///     facts as JSON
///     length of the JSON, 8 bytes | digest of chunk digests and JSON, 8 bytes | "PULSEFB2"
///
/// Numbers are little-endian, digests XXH3.
struct BlobLabel: Equatable {
    let facts: BlobFacts
    /// Bytes of content.
    let size: UInt64
    /// Hexadecimal SHA-256 of the content.
    let sha256: String
    let chunks: [UInt64]

    /// Bytes of a chunk: what the kernel reads at a time, so that checking reads nothing that nobody asked for.
    static let chunkSize: UInt64 = 128 << 10
    private static let magic = Array("PULSEFB2".utf8)
    private static let trailerLength: UInt64 = 24
    private static let longestJSON: UInt64 = 256 << 20

    static func chunkCount(of size: UInt64) -> UInt64 { size / chunkSize +| (size % chunkSize == 0 ? 0 : 1) }

    private struct Text: Codable {
        let facts: BlobFacts
        let size: UInt64
        let sha256: String
    }

    func encoded() throws -> [UInt8] {
        let json = Array(try JSONEncoder().encode(Text(facts: facts, size: size, sha256: sha256)))
        let signed = chunks.flatMap(Self.bytes(of:)) + json
        return signed + Self.bytes(of: UInt64(json.count)) + Self.bytes(of: FastDigest.of(signed)) + Self.magic
    }

    /// Reads the label of a file; nil when the file has none, or a damaged one, or one that does not fit its length.
    init?(of file: FileDescriptor, fileSize: UInt64) {
        guard fileSize >= Self.trailerLength,
            let trailer = Self.read(file, at: fileSize -| Self.trailerLength, count: Self.trailerLength),
            Array(trailer[16...]) == Self.magic
        else { return nil }
        let length = Self.number(trailer[..<8])
        guard length <= Self.longestJSON, length +| Self.trailerLength <= fileSize else { return nil }
        let beforeJSON = fileSize -| Self.trailerLength -| length
        // Content and its chunks' digests share what is left; the split follows from the size, which the JSON has.
        guard let json = Self.read(file, at: beforeJSON, count: length),
            let text = try? JSONDecoder().decode(Text.self, from: Data(json)), text.size <= beforeJSON,
            beforeJSON -| text.size <= Self.longestJSON,
            beforeJSON -| text.size == Self.chunkCount(of: text.size) *| 8,
            let digests = Self.read(file, at: text.size, count: beforeJSON -| text.size),
            FastDigest.of(digests + json) == Self.number(trailer[8..<16])
        else { return nil }
        facts = text.facts
        size = text.size
        sha256 = text.sha256
        chunks = stride(from: 0, to: digests.count, by: 8).map { Self.number(digests[$0..<$0 + 8]) }
    }

    init(facts: BlobFacts, size: UInt64, sha256: String, chunks: [UInt64]) {
        self.facts = facts
        self.size = size
        self.sha256 = sha256
        self.chunks = chunks
    }

    private static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    private static func read(_ file: FileDescriptor, at offset: UInt64, count: UInt64) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let got = try? bytes.withUnsafeMutableBytes { try file.readAll(at: offset, into: $0) }
        return got == bytes.count ? bytes : nil
    }
}

extension BlobLabel {
    /// - Parameter digest: hexadecimal SHA-256 that the content has to have, if that is known.
    func check(_ digest: String?) throws(StoreError) {
        guard let digest, digest != sha256 else { return }
        throw StoreError(.notAsAnnounced, "\(facts.name) has come whole, and is not the file that was announced")
    }
}
