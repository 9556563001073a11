package import ArtifactStore
package import PulseAPI

/// There is nothing between the cache and the API.
package struct NoTier: JobTier {
    package init() {}

    package var isShared: Bool { false }
    package var figures: SharingFigures? { nil }
    package var claimTier: (any ClaimTier)? { nil }

    package func look(_ job: JobID, for reader: KeyInUse, isPoll: Bool) async -> JobLook { .alone }
    package func poller(of job: JobID) -> String? { nil }
    package func attend(_ job: JobID) {}
    package func leave(_ job: JobID) {}
    package func settle(_ ticket: JobTicket, _ outcome: JobOutcome) {}
    package func withdraw(_ job: JobID, from reader: KeyInUse) {}
    package func size(of file: SharedFile) async -> UInt64? { nil }
    package func note(_ size: UInt64, of file: SharedFile) {}
    package func fetch(_ file: SharedFile, size: UInt64?) async -> FileLook { .alone }
    package func sized(_ file: SharedFile, _ ticket: FileTicket, _ size: UInt64) -> Task<FileTicket, Never>? { nil }
    package func publish(_ file: SharedFile, _ key: BlobKey, _ ticket: FileTicket) {}
    package func release(_ file: SharedFile, _ ticket: FileTicket) {}
    package func verdict(of key: APIKey, within limit: Duration) async -> Duration? { nil }
    package func note(_ key: APIKey, isGood: Bool) {}
    package func close(within limit: Duration?) async {}
}
