import ArtifactStore
import PulseAPI

/// There is nothing between the cache and the API.
struct NoTier: JobTier {
    var isShared: Bool { false }

    func look(_ job: JobID, for reader: KeyInUse, isPoll: Bool) async -> JobLook { .alone }
    func settle(_ ticket: JobTicket, _ outcome: JobOutcome) {}
    func withdraw(_ job: JobID, from reader: KeyInUse) {}
    func size(of file: SharedFile) async -> UInt64? { nil }
    func fetch(_ file: SharedFile) async -> FileLook { .alone }
    func publish(_ file: SharedFile, _ key: BlobKey, _ ticket: FileTicket) {}
    func close(within limit: Duration?) async {}
}
