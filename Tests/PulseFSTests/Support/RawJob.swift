import PulseEmulator
import Testing
import Transfer

/// The answer of `GET /job/{jobId}` as it stands on the wire, and the result cut out of it by counting brackets.
struct RawJob {
    let body: [UInt8]

    static func get(_ id: String, from emulator: Emulator, key: String = TestTree.northwind) async throws -> RawJob {
        let engine = TransferEngine(.init(userAgent: "raw"))
        let sink = MemorySink(limit: 1 << 26)
        let request = TransferRequest(.get, url: "\(emulator.baseURL)/job/\(id)", headers: ["x-api-key": key])
        let response = try await engine.perform(request, into: sink)
        await engine.shutDown()
        try #require(response.head.status == 200)
        return RawJob(body: sink.bytes)
    }

    /// Nil when there is none.
    var result: [UInt8]? {
        guard let mark = body.firstRange(of: Array(#""result":"#.utf8)) else { return nil }
        var depth = 0
        var inString = false
        var escaped = false
        for index in body[mark.upperBound...].indices {
            let byte = body[index]
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return Array(body[mark.upperBound...index]) }
            default: break
            }
        }
        return nil
    }
}
