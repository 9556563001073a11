package import ArtifactStore
package import PulseAPI
package import SharedStore

/// A further place where jobs and files may be, between the cache of this machine and the API.
///
/// Nothing here throws: whatever is wrong with the place, the API is asked as if there were none.
package protocol JobTier: Sendable {
    /// False when there is no such place: then nothing else is to be called.
    var isShared: Bool { get }

    /// Whether somebody has the answer about a job. Waits for whoever is asking, as far as that is worth it.
    /// - Parameters:
    ///   - reader: whose key has been found good. What the API has not shown this key is not returned.
    ///   - isPoll: a job that runs, as far as is known: nobody is waited for, and one machine asks the API for all.
    func look(_ job: JobID, for reader: KeyInUse, isPoll: Bool) async -> JobLook

    /// Somebody waits for news of a job, from now until as many times it is said that nobody does. Return at once.
    func attend(_ job: JobID)
    func leave(_ job: JobID)

    /// What came of it when the API was asked; returns at once. Once for each ticket.
    func settle(_ ticket: JobTicket, _ outcome: JobOutcome)

    /// The API does not show the job to this key any more. Returns at once.
    func withdraw(_ job: JobID, from reader: KeyInUse)

    /// The size of a file in bytes; nil when it is not there. For jobs that the reader has been shown.
    func size(of file: SharedFile) async -> UInt64?

    /// The API has told the size of a file, in bytes, without sending it. Returns at once.
    func note(_ size: UInt64, of file: SharedFile)

    /// The bytes of a file as they were published: whole, or, of a large one, as they are wanted. Waits for whoever is fetching it, as far
    /// as that is worth it.
    /// - Parameter size: bytes, as far as is known.
    func fetch(_ file: SharedFile, size: UInt64?) async -> FileLook

    /// The server has said how large a file is that is being fetched, in bytes. Returns at once: nil when that changes nothing, else what
    /// tells the other machines that none of them need wait, and is known of the file's object after that.
    func sized(_ file: SharedFile, _ ticket: FileTicket, _ size: UInt64) -> Task<FileTicket, Never>?

    /// Shares a file that has been published in the cache. Returns at once.
    func publish(_ file: SharedFile, _ key: BlobKey, _ ticket: FileTicket)

    /// The file has not been fetched. Returns at once.
    func release(_ file: SharedFile, _ ticket: FileTicket)

    /// How long ago the API called a key good when some machine asked it, if it is less than `limit`; nil when the API is to be asked.
    func verdict(of key: APIKey, within limit: Duration) async -> Duration?

    /// What the API has said of a key. Returns at once.
    func note(_ key: APIKey, isGood: Bool)

    /// Who asks the API about a job that runs, in a sentence; nil when nobody is known to.
    func poller(of job: JobID) -> String?

    /// Where machines say who asks for results that can be fetched only once; nil when there is no such place.
    var claimTier: (any ClaimTier)? { get }

    /// What it has been good for so far; nil when there is no such place.
    var figures: SharingFigures? { get }

    /// Ends what is under way; what waits to be shared has so long, or as long as it takes when there is no limit.
    func close(within limit: Duration?) async
}

package enum JobLook: Sendable {
    /// Nobody can say: the API is asked, and nothing is shared.
    case alone
    /// The API is to be asked, and what came of it to be told.
    case ask(JobTicket)
    /// The API's answer to somebody, which this reader may see.
    case document(SpoolFile)
    /// The same, of a job that runs.
    case running(SharedStatus)
}

/// What the API said of a job that ran when somebody last asked.
package struct SharedStatus: Sendable {
    /// Nil when it is what it was when it was last looked at.
    package let document: SpoolFile?
    /// The API has said so since it was last looked at.
    package let isAnswer: Bool
    /// How long after this answer whoever polls asks again.
    package let interval: Duration
    /// How long what was found is good for those who look here.
    package let pause: Duration
}

/// What is known of a job's object, for whoever writes it next.
package struct JobTicket: Sendable {
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
    /// Of a job that runs, as far as is known.
    var turn: Turn?

    enum Turn: Sendable {
        /// Nobody else asks. The keys that it was shown to.
        case poll(grants: [String])
        /// Somebody else polls; this key has not been shown the job.
        case grant(grants: [String])

        var grants: [String] {
            switch self {
            case .poll(let grants), .grant(let grants): grants
            }
        }
    }
}

package enum JobOutcome: Sendable {
    /// The API's answer, after which it will say nothing else.
    case ended(SpoolFile)
    /// The API's answer, which will be another one day. The next one is asked for after so long.
    case running(SpoolFile, interval: Duration)
    /// There is nothing to share: the API does not show the job.
    case released
    /// The API could not be asked.
    case failed
}

/// A file of a job that machines share.
package struct SharedFile: Sendable, Hashable {
    let job: JobID
    /// Tells it from the job's other files; not the name that it is shown under.
    let name: String

    init(_ name: String, _ source: ArtifactSource, of job: JobID) {
        self.job = job
        self.name = source.slot == nil ? "image/\(name)" : source.text
    }

    private init(_ job: JobID, name: String) { (self.job, self.name) = (job, name) }

    /// The API's answer about the job, where it is too large to stand in the job's object.
    static func document(of job: JobID) -> SharedFile { SharedFile(job, name: documentName) }

    static let documentName = "document"
}

/// What is known of a file's object, for whoever writes it next.
package struct FileTicket: Sendable {
    let condition: WriteCondition
    /// Others wait for what comes of it.
    var isLease = false
}

package enum FileLook: Sendable {
    /// Nobody can say, or it is nobody's to write.
    case alone
    case absent(FileTicket)
    /// Its bytes, and what was written down of them.
    case found(SpoolFile, WholeFile)
    /// It is large, and its bytes are there.
    case large(StoredStream)
}
