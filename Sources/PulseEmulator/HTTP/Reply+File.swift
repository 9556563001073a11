/// Answers that carry a file: with an entity tag, in ranges where the server does ranges.
extension Reply {
    static func file(
        _ content: ByteSource, contentType: String, request: IncomingRequest, features: EmulatorFeatures
    ) -> Reply {
        let tag = content.entityTag
        var headers = [("ETag", tag), ("Cache-Control", "private")]
        headers.append(("Accept-Ranges", features.ranges ? "bytes" : "none"))
        if request.headers["if-none-match"] == tag {
            var reply = Reply(
                status: 304, contentType: contentType, headers: headers, body: .empty)
            reply.headers.removeFirst()
            return reply
        }
        switch range(of: request, count: content.count, tag: tag, features: features) {
        case .whole:
            return Reply(contentType: contentType, headers: headers, body: content)
        case .part(let range):
            let last = range.upperBound - 1
            headers.append(("Content-Range", "bytes \(range.lowerBound)-\(last)/\(content.count)"))
            return Reply(
                status: 206, contentType: contentType, headers: headers, body: content.slice(range))
        case .unsatisfiable:
            headers.append(("Content-Range", "bytes */\(content.count)"))
            return Reply(
                status: 416, contentType: "text/plain", headers: headers, body: .empty)
        }
    }

    private static func range(
        of request: IncomingRequest, count: Int, tag: String, features: EmulatorFeatures
    ) -> ByteRange {
        guard features.ranges, request.method == "GET" else { return .whole }
        if features.ifRange, let condition = request.headers["if-range"], condition != tag { return .whole }
        return ByteRange(header: request.headers["range"], count: count)
    }
}
