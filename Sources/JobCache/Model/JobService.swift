package import PulseAPI
package import Transfer

/// Who serves jobs and their files: what is asked here, whoever answers. `PulseClient` asks the API.
///
/// Every call may be made at any time, beside others, and asks again by itself as long as that is worth it. A sink is called as
/// `BodySink` says. A call whose task is cancelled ends soon, with `TransferError.Code.cancelled`.
package protocol JobService: AnyObject, Sendable {
    /// Whose jobs these are: those of another origin are others, whatever their ids.
    var origin: APIOrigin { get }
    /// How long a request is tried for.
    var budget: Duration { get }
    /// Bytes of the bodies that have come so far, used or not.
    var receivedBytes: UInt64 { get }

    /// What there is to say of a job, as JSON. `isAskedOnce` is for those who ask again by a clock of their own.
    func getJob(
        _ job: JobID, into sink: any BodySink, isAskedOnce: Bool, urgency: Urgency
    ) async throws(APIError) -> ResponseHead

    /// A file of a job, or a part of it; and what is said of it without sending it.
    func get(
        _ file: RemoteFile, _ part: FilePart?, into sink: any BodySink, urgency: Urgency
    ) async throws(APIError) -> ResponseHead
    func head(_ file: RemoteFile, urgency: Urgency) async throws(APIError) -> FileAnnouncement

    /// A result that came as a link, which can be fetched once.
    func getLargeResult(
        at url: String, of job: JobID?, _ part: FilePart?, into sink: any BodySink, urgency: Urgency
    ) async throws(APIError) -> ResponseHead

    /// What is thought of a key. Asked once.
    func check(_ key: APIKey) async -> KeyVerdict

    /// Pauses for those who ask again by rules of their own. Throws when that is over, or when the task is cancelled.
    func rest(_ pause: Duration) async throws
}

extension PulseClient: JobService {}
