import ArtifactStore
import PulseAPI

/// There is nothing between the cache and the API.
struct NoTier: JobTier {
    var isShared: Bool { false }
    var figures: SharingFigures? { nil }
    var claimTier: (any ClaimTier)? { nil }

    func look(_ job: JobID, for reader: KeyInUse, isPoll: Bool) async -> JobLook { .alone }
    func poller(of job: JobID) -> String? { nil }
    func attend(_ job: JobID) {}
    func leave(_ job: JobID) {}
    func settle(_ ticket: JobTicket, _ outcome: JobOutcome) {}
    func withdraw(_ job: JobID, from reader: KeyInUse) {}
    func size(of file: SharedFile) async -> UInt64? { nil }
    func note(_ size: UInt64, of file: SharedFile) {}
    func fetch(_ file: SharedFile, size: UInt64?) async -> FileLook { .alone }
    func publish(_ file: SharedFile, _ key: BlobKey, _ ticket: FileTicket) {}
    func release(_ file: SharedFile, _ ticket: FileTicket) {}
    func verdict(of key: APIKey, within limit: Duration) async -> Duration? { nil }
    func note(_ key: APIKey, isGood: Bool) {}
    func close(within limit: Duration?) async {}
}
