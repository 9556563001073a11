import PulseEmulator
import PulseTestSupport

/// One cell of the matrix: what the API does, what is asked of the mount meanwhile, and what comes of it.
struct FaultCase: Sendable {
    enum Operation: String, Sendable, CaseIterable {
        /// A job that the mount does not know.
        case lookup
        /// The images of such a job.
        case listing
        /// An image of a known job, of unknown size.
        case stat
        /// The bytes of an image of known size.
        case read

        /// Python, with the path in `p`.
        var call: String {
            switch self {
            case .lookup, .stat: "os.stat(p)"
            case .listing: "os.listdir(p)"
            case .read: "open(p, 'rb').read()"
            }
        }

        var isAboutJob: Bool { self == .lookup || self == .listing }
    }

    let name: String
    let effect: Fault.Effect
    let operation: Operation
    /// The name of an errno, or `none`.
    let errno: String
    /// At most, of the job or of its image.
    let requests: Int
    /// At most. Generous: it is there to catch what goes on for ever.
    let seconds: Double

    /// In every body that is no answer to what was asked.
    static let marker = "NOT-A-BYTE-OF-ANY-FILE"

    /// The mount of the matrix tries for so long.
    static let budget = "2s"

    private static let dateToCome = "Fri, 31 Dec 2100 23:59:59 GMT"
    private static let dateGoneBy = "Fri, 31 Dec 1999 23:59:59 GMT"

    private static func status(_ status: Int, _ headers: [(String, String)] = []) -> Fault.Effect {
        .status(status, message: marker, headers: headers)
    }

    /// Answers that come at once.
    static let answers: [FaultCase] = [
        rows("400", status(400), "ENOENT"), rows("401", status(401), "EACCES"), rows("402", status(402), "EDQUOT"),
        rows("403", status(403), "EACCES"), rows("404", status(404), "ENOENT"), rows("409", status(409), "EIO"),
        rows("410", status(410), "ENOENT"),
        rows("408", status(408), "ETIMEDOUT", tries: 16), rows("425", status(425), "EBUSY", tries: 16),
        rows("429", status(429), "EBUSY", tries: 16), rows("500", status(500), "EIO", tries: 16),
        rows("502", .status(502, shape: .html, message: marker), "EIO", tries: 16),
        rows("503", status(503), "EBUSY", tries: 16), rows("504", status(504), "EIO", tries: 16),
        rows("429, Retry-After 1", status(429, [("Retry-After", "1")]), "EBUSY", tries: 3),
        rows("429, Retry-After 60", status(429, [("Retry-After", "60")]), "EBUSY", seconds: 10),
        rows("429, Retry-After a date to come", status(429, [("Retry-After", dateToCome)]), "EBUSY", seconds: 10),
        rows("429, Retry-After a date gone by", status(429, [("Retry-After", dateGoneBy)]), "EBUSY", tries: 16),
        rows("503, Retry-After a date to come", status(503, [("Retry-After", dateToCome)]), "EBUSY", seconds: 10),
        rows("503, Retry-After a date gone by", status(503, [("Retry-After", dateGoneBy)]), "EBUSY", tries: 16),
        rows("HTML", .html, ["lookup": "EBADMSG", "listing": "EBADMSG", "stat": "EIO", "read": "EIO"]),
        rows(
            "other JSON", .json("{\"message\": \"\(marker)\"}"),
            ["lookup": "EBADMSG", "listing": "EBADMSG", "stat": "EIO", "read": "EIO"]),
        rows(
            "cut JSON", .json("{\"status\": \"completed\", \"error\": \"\(marker)"),
            ["lookup": "EBADMSG", "listing": "EBADMSG"]),
    ].flatMap { $0 }

    /// Answers whose body is not what the head says, or comes slowly. HEAD is answered truly, if by
    /// no length where there is none.
    static let bodies: [FaultCase] = [
        rows("cut", .cutBody(afterBytes: 100), cut, tries: 16),
        rows("cut in chunks", .cutBody(afterBytes: 100, chunked: true), "EIO", tries: 16),
        rows("reset in the body", .resetBody(afterBytes: 100), cut, tries: 16),
        rows("in chunks", .chunked, "none"),
        rows("1 KB a second", .drip(bytesPerSecond: 1000), "none", seconds: 30),
        rows(
            "silent in the body", .stallBody(afterBytes: 100),
            ["lookup": "ETIMEDOUT", "listing": "ETIMEDOUT", "stat": "none", "read": "ETIMEDOUT"], tries: 3),
    ].flatMap { $0 }

    /// Lengths that are wrong. What comes last ends the trust in HEAD, which concerns whatever comes after it. That a file was
    /// announced too short cannot be seen where nothing else tells its size.
    static let lengths: [FaultCase] = [
        rows("announced shorter", .wrongLength(by: -9), ["lookup": "EBADMSG", "listing": "EBADMSG", "stat": "none"]),
        rows("announced longer", .wrongLength(by: 9), cut, tries: 16),
    ].flatMap { $0 }

    private static let cut = ["lookup": "EIO", "listing": "EIO", "stat": "none", "read": "EIO"]

    /// No answer at all: one that makes the API look dead. Each has a mount of its own.
    static let silences: [[FaultCase]] = [
        rows("reset", .resetBeforeHeaders, "EIO", tries: 32),
        rows("reset in the head", .resetInHeaders, "EIO", tries: 32),
        rows("silent", .stallBeforeHeaders, "ETIMEDOUT", tries: 5),
        rows("garbage", .garbage("\(marker) is no status line\r\n\r\n"), "EIO", tries: 4),
    ]

    private static func rows(
        _ name: String, _ effect: Fault.Effect, _ errno: String, tries: Int = 1, seconds: Double = 20
    ) -> [FaultCase] {
        let all = Operation.allCases.map { ($0.rawValue, errno) }
        return rows(name, effect, Dictionary(uniqueKeysWithValues: all), tries: tries, seconds: seconds)
    }

    /// `tries` is how often a request may be sent. A stat may ask by HEAD first; a page that could not be read is asked for
    /// by the kernel once more.
    private static func rows(
        _ name: String, _ effect: Fault.Effect, _ errnos: [String: String], tries: Int = 1, seconds: Double = 20
    ) -> [FaultCase] {
        Operation.allCases.compactMap { operation in
            errnos[operation.rawValue].map { errno in
                FaultCase(
                    name: name, effect: effect, operation: operation, errno: errno,
                    requests: operation.isAboutJob ? tries : 2 * tries, seconds: seconds)
            }
        }
    }
}
