import Crypto
import Dispatch
import Quantities
import Transfer

/// What the signature says of a body.
enum PayloadDigest {
    /// Bodies up to this are digested, and sent from memory so that they are what was digested. Above it TLS watches over them.
    static let largestDigested: ByteCount = 1_048_576
    private static let piece = 262_144

    /// The body to be sent, and what to say of it. Without TLS a large body is read twice.
    static func of(_ body: RequestBody, isTLS: Bool) async throws -> (RequestBody, RequestSigner.Payload) {
        switch body {
        case .bytes(let bytes) where bytes.count <= Int(largestDigested.bytes): return (body, .bytes(bytes))
        case _ where body.length <= largestDigested:
            let bytes = try all(of: body)
            return (.bytes(bytes), .bytes(bytes))
        case _ where isTLS: return (body, .unsigned)
        default: return (body, try await digest(body))
        }
    }

    static func all(of body: RequestBody) throws -> [UInt8] {
        let count = Int(clamping: body.length.bytes)
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        try bytes.withUnsafeMutableBytes { buffer in
            while done < count {
                done += try body.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]), at: ByteCount(UInt64(done)))
            }
        }
        return bytes
    }

    /// On a thread that may block: a large file takes a while.
    private static func digest(_ body: RequestBody) async throws -> RequestSigner.Payload {
        try await withCheckedThrowingContinuation { ended in
            DispatchQueue.global(qos: .utility).async {
                ended.resume(
                    with: Result {
                        var hash = SHA256()
                        var buffer = [UInt8](repeating: 0, count: piece)
                        var offset = ByteCount.zero
                        while offset < body.length {
                            let count = try buffer.withUnsafeMutableBytes { try body.read(into: $0, at: offset) }
                            buffer.withUnsafeBytes {
                                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count]))
                            }
                            offset += ByteCount(UInt64(count))
                        }
                        return .sha256(HexText.text(hash.finalize()))
                    })
            }
        }
    }
}
