import Quantities
import Transfer

/// One request to an engine, before it is signed.
struct S3Call {
    let method: TransferRequest.Method
    /// Nil for the bucket itself.
    let key: ObjectKey?
    var query: [(name: String, value: String)] = []
    var headers = HTTPFields()
    var body: RequestBody?
    var range: ByteRange?
    /// It may be sent again after an answer that was lost: it changes nothing, or the same twice is the same once.
    let isRepeatable: Bool
    /// In a sentence: `GET 1/j/…`.
    var words: String { "\(method.rawValue) \(key?.text ?? "of the bucket")" }

    var isWrite: Bool { method != .get && method != .head }

    /// A write, with what must be so for it.
    static func write(
        _ method: TransferRequest.Method, _ key: ObjectKey, _ body: RequestBody?, _ condition: WriteCondition,
        _ query: [(name: String, value: String)] = []
    ) -> S3Call {
        var call = S3Call(method: method, key: key, query: query, body: body, isRepeatable: condition == .none)
        switch condition {
        case .none: break
        case .ifAbsent: call.headers.append(name: "If-None-Match", value: "*")
        case .ifStill(let etag): call.headers.append(name: "If-Match", value: etag.text)
        }
        return call
    }

    static func read(_ key: ObjectKey, _ range: ByteRange?, _ condition: ReadCondition) -> S3Call {
        var call = S3Call(method: .get, key: key, range: range, isRepeatable: true)
        switch condition {
        case .none: break
        case .unless(let etag): call.headers.append(name: "If-None-Match", value: etag.text)
        case .ifStill(let etag): call.headers.append(name: "If-Match", value: etag.text)
        }
        return call
    }
}
