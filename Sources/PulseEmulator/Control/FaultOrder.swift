/// The body of `POST /_emulator/faults`, for example
/// `{"effect": "status", "status": 503, "prefix": "/job/", "count": 2, "headers": {"Retry-After": "1"}}`.
struct FaultOrder: Decodable {
    struct Unknown: Error, CustomStringConvertible {
        let effect: String
        var description: String { "unknown effect \"\(effect)\"" }
    }

    struct Missing: Error, CustomStringConvertible {
        let field: String
        var description: String { "this effect needs \"\(field)\"" }
    }

    var effect: String
    var path: String?
    var prefix: String?
    var regex: String?
    var method: String?
    var skipping: Int?
    var count: Int?

    var status: Int?
    var shape: ErrorShape?
    var code: String?
    var message: String?
    var headers: [String: String]?
    var afterBytes: Int?
    var chunked: Bool?
    var bytesPerSecond: Int?
    var by: Int?
    var json: String?
    var text: String?
    var to: String?
    var milliseconds: Int?

    func fault() throws -> Fault {
        Fault(
            try faultEffect(), on: RequestPattern(path: path, prefix: prefix, regex: regex),
            method: method, skipping: skipping ?? 0, count: count)
    }

    private func faultEffect() throws -> Fault.Effect {
        switch effect {
        case "status":
            .status(
                try need(status, "status"), shape: shape, code: code, message: message,
                headers: (headers ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        case "stall-before-headers": .stallBeforeHeaders
        case "stall-body": .stallBody(afterBytes: try need(afterBytes, "after_bytes"))
        case "cut-body":
            .cutBody(afterBytes: try need(afterBytes, "after_bytes"), chunked: chunked ?? false)
        case "reset-before-headers": .resetBeforeHeaders
        case "reset-in-headers": .resetInHeaders
        case "garbage": .garbage(try need(text, "text"))
        case "reset-body": .resetBody(afterBytes: try need(afterBytes, "after_bytes"))
        case "drip": .drip(bytesPerSecond: try need(bytesPerSecond, "bytes_per_second"))
        case "wrong-length": .wrongLength(by: try need(by, "by"))
        case "chunked": .chunked
        case "html": .html
        case "json": .json(try need(json, "json"))
        case "redirect": .redirect(to: try need(to, "to"), status: status ?? 302)
        case "delay": .delay(.milliseconds(try need(milliseconds, "milliseconds")))
        default: throw Unknown(effect: effect)
        }
    }

    private func need<Value>(_ value: Value?, _ field: String) throws -> Value {
        guard let value else { throw Missing(field: field) }
        return value
    }
}

extension RequestPattern {
    /// The narrowest pattern given; any request if none is.
    init(path: String?, prefix: String?, regex: String?) {
        if let path {
            self = .path(path)
        } else if let prefix {
            self = .prefix(prefix)
        } else if let regex {
            self = .regex(regex)
        } else {
            self = .any
        }
    }
}
