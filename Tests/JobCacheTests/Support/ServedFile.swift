import Synchronization
import Transfer

@testable import JobCache
@testable import PulseAPI
@testable import Transfer

/// A file as a server would send it into a download, without a server: what was asked of it, and where its answers break off.
final class ServedFile: Sendable {
    struct Request: Sendable, Equatable {
        /// Nil for all of the file.
        var range: Range<UInt64>?
        /// What was sent as If-Range.
        var validator: String?
    }

    /// How one answer is, in the order in which they are given; those after the last are whole.
    enum Course: Sendable {
        case whole
        /// The body breaks off after so many bytes of what was asked for.
        case cut(after: Int)
        /// No body comes.
        case refused(Int)
        /// From here on it is another version, with this entity tag.
        case another(tag: String)
    }

    private struct State {
        var tag: String?
        var courses: [Course]
        var requests: [Request] = []
    }

    let bytes: [UInt8]
    private let servesRanges: Bool
    private let state: Mutex<State>

    init(size: Int, tag: String? = "\"a\"", servesRanges: Bool = true, _ courses: [Course] = []) {
        bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        self.servesRanges = servesRanges
        state = Mutex(State(tag: tag, courses: courses))
    }

    var requests: [Request] { state.withLock { $0.requests } }

    func send(_ part: FilePart?, to sink: DownloadPart) async throws(APIError) -> ResponseHead {
        let asked = part.map { $0.range.first..<min($0.range.last.map { $0 + 1 } ?? .max, UInt64(bytes.count)) }
        let (course, tag) = state.withLock { state in
            state.requests.append(Request(range: asked, validator: part?.validator))
            let course = state.courses.isEmpty ? .whole : state.courses.removeFirst()
            if case .another(let tag) = course { state.tag = tag }
            return (course, state.tag)
        }
        if case .refused(let status) = course { throw Self.error(.status(status)) }
        let isSame = part?.validator.map { $0 == tag } ?? true
        let range = servesRanges && isSame ? asked : nil
        let head = Self.head(of: bytes.count, range, tag: tag, servesRanges: servesRanges)
        var (next, end) = (Int(range?.lowerBound ?? 0), Int(range?.upperBound ?? UInt64(bytes.count)))
        var isCut = false
        if case .cut(let count) = course { (end, isCut) = (next + count, true) }
        do {
            try sink.receive(head: head, flow: TransferFlow(id: .next(), mailbox: Mailbox()))
            while next < end {
                let chunk = Array(bytes[next..<min(next + 1_000, end)])
                // Room in the cache is found by another task.
                while try sink.receive(body: chunk.span.bytes) == .pause { await Task.yield() }
                next += chunk.count
            }
        } catch {
            throw Self.error(.transport(.sink(errno: 0)))
        }
        if isCut { throw Self.error(.transport(.partialBody(expected: nil))) }
        return head
    }

    static func error(_ cause: APIError.Cause) -> APIError {
        APIError("GET /file", cause: cause, message: "as the test has it")
    }

    /// Of all bytes, or of a range of them; `size` is nil where no length is announced.
    static func head(
        of size: Int?, _ range: Range<UInt64>? = nil, tag: String? = "\"a\"", servesRanges: Bool = true
    ) -> ResponseHead {
        var fields: [HTTPFields.Field] = []
        if servesRanges { fields.append(.init(name: "Accept-Ranges", value: "bytes")) }
        if let tag { fields.append(.init(name: "ETag", value: tag)) }
        if let range, let size {
            fields.append(
                .init(name: "Content-Range", value: "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"))
        } else if let size {
            fields.append(.init(name: "Content-Length", value: "\(size)"))
        }
        return ResponseHead(status: range == nil ? 200 : 206, httpVersion: .http11, fields: HTTPFields(fields))
    }
}
