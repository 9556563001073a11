import Synchronization

/// A file on a server of its own, each request for which is answered as a test says: with lies in the head, cut, or by another
/// version.
public final class ScriptedFile: Sendable {
    /// One request for the file.
    public struct Request: Sendable {
        /// Counted from one; HEADs and GETs are counted together.
        public let number: Int
        public let method: String
        /// Of the Range field, as a server reads it; nil without one.
        public let range: (first: Int, last: Int?)?
        public let ifRange: String?
        /// Header lines as they came.
        public let lines: [String]

        public var isHead: Bool { method == "HEAD" }
    }

    /// What is sent, after which the connection is closed.
    public struct Answer: Sendable {
        let head: String
        let body: [UInt8]

        /// `fields` are lines without their ends. The body goes out as it is, whatever the head says.
        public init(_ status: String, _ fields: [String], _ body: some Sequence<UInt8> = []) {
            head = (["HTTP/1.1 \(status)"] + fields + ["Connection: close"]).joined(separator: "\r\n") + "\r\n\r\n"
            self.body = Array(body)
        }

        /// The whole head as it is.
        public init(head: String, _ body: some Sequence<UInt8> = []) {
            (self.head, self.body) = (head, Array(body))
        }
    }

    private let server: ScriptedServer
    private let seen: Seen

    public init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        let seen = Seen()
        server = try ScriptedServer { connection in
            let request = seen.note(try connection.readRequest())
            let answer = answer(request)
            try connection.send(answer.head)
            if !request.isHead { try connection.send(answer.body) }
        }
        self.seen = seen
    }

    /// Of the file.
    public var url: String { server.url("/files/picture.png") }

    public var requests: [Request] { seen.requests.withLock { $0 } }

    /// Counts the requests, for whom it is made before.
    private final class Seen: Sendable {
        let requests: Mutex<[Request]> = Mutex([])

        func note(_ text: String) -> Request {
            let lines = text.split(separator: "\r\n").map(String.init)
            let field = { (name: String) -> String? in
                lines.first { $0.lowercased().hasPrefix(name + ":") }.map {
                    String($0.dropFirst(name.count + 1).drop { $0 == " " })
                }
            }
            let ends = field("range")?.dropFirst("bytes=".count).split(
                separator: "-", omittingEmptySubsequences: false)
            return requests.withLock { requests in
                let request = Request(
                    number: requests.count + 1, method: String(lines.first?.split(separator: " ").first ?? ""),
                    range: ends.flatMap { ends in Int(ends[0]).map { ($0, Int(ends[1])) } },
                    ifRange: field("if-range"), lines: lines)
                requests.append(request)
                return request
            }
        }
    }
}

/// One version of a file on a server that serves it well: with ranges, and with what validators it has.
public struct ServedVersion: Sendable {
    public var content: [UInt8]
    /// Lines such as `ETag: "a"`.
    public var validators: [String]
    public var servesRanges = true
    /// If-Range is looked at, as it should be.
    public var heedsIfRange = true

    public init(_ content: [UInt8], _ validators: String...) {
        self.content = content
        self.validators = validators
    }

    /// `cutAfter` bytes of the body the connection is closed.
    public func answer(_ request: ScriptedFile.Request, cutAfter: Int? = nil) -> ScriptedFile.Answer {
        let accepts = servesRanges ? ["Accept-Ranges: bytes"] : []
        let isSame = !heedsIfRange || request.ifRange.map(holds) ?? true
        guard servesRanges, !request.isHead, isSame, let range = request.range else {
            return .init(
                "200 OK", validators + accepts + ["Content-Length: \(content.count)"],
                content.prefix(cutAfter ?? content.count))
        }
        guard range.first < content.count else {
            return .init("416 No", ["Content-Range: bytes */\(content.count)", "Content-Length: 0"])
        }
        let last = min(range.last ?? content.count - 1, content.count - 1)
        let part = content[range.first...last]
        return .init(
            "206 Partial Content",
            validators + [
                "Content-Range: bytes \(range.first)-\(last)/\(content.count)", "Content-Length: \(part.count)",
            ],
            part.prefix(cutAfter ?? part.count))
    }

    private func holds(_ condition: String) -> Bool {
        validators.contains { line in line.split(separator: " ", maxSplits: 1).last.map(String.init) == condition }
    }
}
