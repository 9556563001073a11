import ArtifactStore
import PulseAPI
import SharedStore

/// A further place where jobs and files may be, between the cache of this machine and the API.
///
/// Nothing here throws: whatever is wrong with the place, the API is asked as if there were none.
protocol JobTier: Sendable {
    /// False when there is no such place: then nothing else is to be called.
    var isShared: Bool { get }

    /// Whether somebody has the answer about a job. Waits for whoever is asking, as far as that is worth it.
    /// - Parameters:
    ///   - reader: whose key has been found good. What the API has not shown this key is not returned.
    ///   - isPoll: a job that runs, as far as is known: nobody is waited for, and nobody is made to wait.
    func look(_ job: JobID, for reader: KeyInUse, isPoll: Bool) async -> JobLook

    /// What came of it when the API was asked; returns at once. Once for each ticket.
    func settle(_ ticket: JobTicket, _ outcome: JobOutcome)

    /// The API does not show the job to this key any more. Returns at once.
    func withdraw(_ job: JobID, from reader: KeyInUse)

    /// The size of a file in bytes; nil when it is not there. For jobs that the reader has been shown.
    func size(of file: SharedFile) async -> UInt64?

    /// The bytes of a file, whole and as they were published.
    func fetch(_ file: SharedFile) async -> FileLook

    /// Shares a file that has been published in the cache. Returns at once.
    func publish(_ file: SharedFile, _ key: BlobKey, _ ticket: FileTicket)

    /// Ends what is under way; what waits to be shared has so long, or as long as it takes when there is no limit.
    func close(within limit: Duration?) async
}

enum JobLook: Sendable {
    /// Nobody can say: the API is asked, and nothing is shared.
    case alone
    /// The API is to be asked, and what came of it to be told.
    case ask(JobTicket)
    /// The API's answer to somebody, which this reader may see.
    case document(SpoolFile)
}

/// What is known of a job's object, for whoever writes it next.
struct JobTicket: Sendable {
    let job: ObjectNames.Name
    /// The key that asks.
    let reader: ObjectNames.Name
    let condition: WriteCondition
    /// How often the object was written before.
    let sequence: UInt64
    /// Others wait for what comes of it.
    let isLease: Bool
    /// The answer is there, and was not given to this key.
    var known: EndedJob?
}

enum JobOutcome: Sendable {
    /// The API's answer, after which it will say nothing else.
    case ended(SpoolFile)
    /// There is nothing to share: the job runs, or is not shown, or could not be asked about.
    case released
}

/// A file of a job that machines share.
struct SharedFile: Sendable {
    let job: JobID
    /// Tells it from the job's other files; not the name that it is shown under.
    let name: String

    init(_ name: String, _ source: ArtifactSource, of job: JobID) {
        self.job = job
        self.name = source == .formPDF ? "form" : "image/\(name)"
    }

    private init(_ job: JobID, name: String) { (self.job, self.name) = (job, name) }

    /// The API's answer about the job, where it is too large to stand in the job's object.
    static func document(of job: JobID) -> SharedFile { SharedFile(job, name: documentName) }

    static let documentName = "document"
}

/// What is known of a file's object, for whoever writes it next.
struct FileTicket: Sendable { let condition: WriteCondition }

enum FileLook: Sendable {
    /// Nobody can say, or it is nobody's to write.
    case alone
    case absent(FileTicket)
    /// With the SHA-256 of its bytes as hexadecimal digits, if it was written down.
    case found(SpoolFile, sha256: String?)
}
