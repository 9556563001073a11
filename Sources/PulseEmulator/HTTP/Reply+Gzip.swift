extension Reply {
    /// This answer with its body compressed, if the request takes that and the answer is whole. Parts of files, and files that
    /// could be asked for in parts, are left as they are.
    func compressed(for request: IncomingRequest) -> Reply {
        let isPlain = !headers.contains { ["ETag", "Content-Range"].contains($0.0) }
        guard status == 200, isPlain, Self.takesGzip(request), let bytes = Gzip.compressed(body) else { return self }
        var reply = self
        reply.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        reply.body = ByteSource(bytes)
        return reply
    }

    /// Whether `Accept-Encoding` names gzip with a weight that is not zero (RFC 9110, 12.5.3).
    private static func takesGzip(_ request: IncomingRequest) -> Bool {
        let codings = request.headers["accept-encoding"]?.lowercased().split(separator: ",") ?? []
        return codings.contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let name = parts.first, ["gzip", "x-gzip", "*"].contains(name) else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
    }
}
