import PulseAPI
import Synchronization
import Transfer

@testable import JobCache
@testable import Transfer

/// Jobs as a service would serve them, without a network: their documents by id, and no files.
final class ServedJobs: JobService {
    let origin: APIOrigin
    let budget = Duration.seconds(1)
    var receivedBytes: UInt64 { 0 }

    private let documents: Mutex<[String: String]>
    private let requests = Mutex<[String]>([])

    init(at origin: APIOrigin, _ documents: [String: String]) {
        self.origin = origin
        self.documents = Mutex(documents)
    }

    /// Ids of jobs, each time that one was asked for.
    var asked: [String] { requests.withLock { $0 } }

    func serve(_ document: String?, as id: String) { documents.withLock { $0[id] = document } }

    func getJob(
        _ job: JobID, into sink: any BodySink, isAskedOnce: Bool, urgency: Urgency
    ) async throws(APIError) -> ResponseHead {
        requests.withLock { $0.append(job.text) }
        guard let document = documents.withLock({ $0[job.text] }) else { throw ServedFile.error(.status(404)) }
        let body = Array(document.utf8)
        let head = ServedFile.head(of: body.count)
        do {
            try sink.receive(head: head, flow: TransferFlow(id: .next(), mailbox: Mailbox()))
            // Room in the cache is found by another task.
            while try sink.receive(body: body.span.bytes) == .pause { await Task.yield() }
        } catch {
            throw ServedFile.error(.transport(.sink(errno: 0)))
        }
        return head
    }

    func get(
        _ file: RemoteFile, _ part: FilePart?, into sink: any BodySink, urgency: Urgency
    ) async throws(APIError) -> ResponseHead { throw ServedFile.error(.status(404)) }
    func head(_ file: RemoteFile, urgency: Urgency) async throws(APIError) -> FileAnnouncement {
        throw ServedFile.error(.status(404))
    }
    func getLargeResult(
        at url: String, of job: JobID?, _ part: FilePart?, into sink: any BodySink, urgency: Urgency
    ) async throws(APIError) -> ResponseHead { throw ServedFile.error(.status(404)) }
    func check(_ key: APIKey) async -> KeyVerdict { .good }
    func rest(_ pause: Duration) async throws {}
}
