package import ArtifactStore
package import PulseAPI
package import SharedStore
package import Transfer

/// Where machines say which of them asks for a result that can be fetched only once, and where they put it for the others.
///
/// Nothing here throws: a place that cannot be asked says so, and is asked again later.
package protocol ClaimTier: Sendable {
    /// False where claims are worth nothing, as of many who write at once none wins: then each machine asks for itself.
    var sharesResults: Bool { get }
    /// This machine may write, as far as is known.
    var mayClaim: Bool { get }
    /// A link is asked without a claim in its last minutes, when the place cannot be asked until then.
    var mayAskLate: Bool { get }
    /// How this machine is called, for others to tell.
    var machine: String { get }
    var claimRules: ClaimRules { get }
    /// Since any one moment; goes on while the machine sleeps.
    var now: @Sendable () -> Duration { get }
    var sleep: @Sendable (Duration) async throws -> Void { get }

    func claim(of job: JobID) async -> ClaimSeen
    func write(_ record: ClaimRecord, of job: JobID, _ condition: WriteCondition) async -> ClaimWritten

    /// Puts a result there, and sees that it is; nil when that has not worked out.
    func put(_ result: any BodySource, sha256: String, of job: JobID) async -> ClaimRecord.Delivery?
    /// Whether what was delivered is still there; nil when nobody can tell.
    func has(_ delivery: ClaimRecord.Delivery, of job: JobID) async -> Bool?
    /// Removes one that nobody has been told of, if that works out.
    func remove(_ delivery: ClaimRecord.Delivery, of job: JobID) async
    /// Brings a result into a file; `arrived` is told how many bytes of it have come.
    func bring(
        _ delivery: ClaimRecord.Delivery, of job: JobID, into spool: SpoolFile,
        arrived: @escaping @Sendable (UInt64) -> Void
    ) async -> ResultArrival

    func count(_ claim: SharingCounts.Claim)
}

/// What the bringing of a result came to.
package enum ResultArrival: Sendable {
    case whole
    /// It is not there, though somebody has said that it is.
    case missing
    /// It is not what was delivered.
    case damaged(String)
    /// This machine's disk does not take it.
    case unwritable(StoreError)
    /// The place could not be asked, or fell silent.
    case unreachable
}
