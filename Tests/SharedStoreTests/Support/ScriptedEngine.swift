import Foundation
import PulseTestSupport
import Synchronization
import Transfer

@testable import SharedStore

/// An engine that plays answers in their order, checks each signature, and remembers what it was asked.
final class ScriptedEngine: Sendable {
    struct Asked: Sendable {
        let line: String
        /// By names in small letters.
        let headers: [String: String]
        let body: [UInt8]
        /// What is wrong with the signature.
        let problem: String?
    }

    enum Answer: Sendable {
        case http(String)
        /// The connection is closed instead.
        case lost
    }

    static let secretKey = "s3cr3t/fleet+key0123456789"
    static let credentials = StoreCredentials(accessKey: "AKIDFLEET", secretKey: secretKey)

    private struct State: Sendable {
        var answers: [Answer]
        var asked: [Asked] = []
    }

    private final class Notes: Sendable {
        let state: Mutex<State>
        init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }
    }

    private let notes: Notes
    let server: ScriptedServer

    /// The last answer is given again and again.
    init(_ answers: [Answer]) throws {
        let notes = Notes(answers)
        self.notes = notes
        server = try ScriptedServer { connection in
            while true {
                let head = try connection.readRequest()
                if head.lowercased().contains("\r\nexpect: 100-continue") {
                    try connection.send("HTTP/1.1 100 Continue\r\n\r\n")
                }
                let headers = Self.headers(head)
                let body = try connection.readBody(Int(headers["content-length"] ?? "") ?? 0)
                let answer = notes.state.withLock { state in
                    state.asked.append(
                        Asked(
                            line: String(head.prefix { $0 != "\r\n" }), headers: headers, body: body,
                            problem: SignatureCheck(head: head, body: body, secretKey: Self.secretKey).problem))
                    return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
                }
                switch answer {
                case .http(let text): try connection.send(text)
                case .lost: return connection.close()
                }
            }
        }
    }

    convenience init(_ answers: String...) throws { try self.init(answers.map { .http($0) }) }

    var asked: [Asked] { notes.state.withLock { $0.asked } }

    private static func headers(_ head: String) -> [String: String] {
        var headers: [String: String] = [:]
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return headers
    }

    static func answer(_ status: Int, _ headers: [String: String] = [:], _ body: String = "") -> String {
        let fields = headers.merging(["Content-Length": "\(body.utf8.count)"]) { one, _ in one }
            .map { "\($0): \($1)\r\n" }.joined()
        return "HTTP/1.1 \(status) Words\r\n\(fields)\r\n\(body)"
    }

    static func error(_ status: Int, _ code: String, _ more: String = "", _ headers: [String: String] = [:]) -> String {
        answer(
            status, headers.merging(["Content-Type": "application/xml"]) { one, _ in one },
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(code)</Code><Message>Words &amp; more</Message>\(more)</Error>"
        )
    }

    static func object(_ bytes: String, etag: String = "\"v1\"") -> String {
        answer(
            200,
            [
                "ETag": etag, "Last-Modified": "Fri, 24 May 2013 00:00:00 GMT", "Date": "Fri, 24 May 2013 00:01:30 GMT",
            ], bytes)
    }

    /// A client of this engine.
    func store(
        prefix: String = "some/pre fix", rules: S3ObjectStore.Rules = .init(), time: StoreTime = .system,
        keeper: CredentialKeeper? = nil
    ) throws -> S3ObjectStore {
        let location = StoreLocation(
            try StoreAddress("s3://bucket/\(prefix)"), endpoint: try StoreEndpoint(server.url("")))
        let known = Self.credentials
        let keeper =
            keeper
            ?? CredentialKeeper { () throws(CredentialTrouble) in
                guard let known else { throw CredentialTrouble("none") }
                return known
            }
        return S3ObjectStore(
            location, credentials: keeper, engine: TransferEngine(.init(userAgent: "store-tests")), rules: rules,
            time: time)
    }
}
