extension ControlEndpoints {
    /// The request log as JSON: totals, counts by path, and each request.
    func logReport(prefix: String?) -> JSONNode {
        let pattern = prefix.map(RequestPattern.prefix) ?? .any
        let requests = log.requests.filter { pattern.matches(path: $0.path) }
        let counts = requests.reduce(into: [:]) { $0[$1.path, default: 0] += 1 }
        return [
            "total": .int(requests.count),
            "active": .int(requests.count { $0.progress == .active || $0.progress == .stalled }),
            "stalled": .int(requests.count { $0.progress == .stalled }),
            "counts": .object(
                counts.sorted { $0.key < $1.key }.map { ($0.key, JSONNode.int($0.value)) }),
            "requests": .array(requests.map(Self.node)),
        ]
    }

    private static func node(_ request: RecordedRequest) -> JSONNode {
        [
            "number": .int(request.number),
            "method": .string(request.method),
            "path": .string(request.path),
            "range": request.range.map(JSONNode.string) ?? .null,
            "key": request.keyAlias.map(JSONNode.string) ?? .null,
            "status": request.status.map(JSONNode.int) ?? .null,
            "bytes_sent": .int(request.bytesSent),
            "progress": .string(request.progress.rawValue),
        ]
    }
}
