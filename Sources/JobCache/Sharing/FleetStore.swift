import ArtifactStore
package import SharedStore

/// The store of a fleet, with everything that it is asked with, until it is closed.
package struct FleetStore: Sendable {
    /// What was found out about which store it is.
    package enum Check: Sendable {
        /// `claims` says that its conditional writes are worth something.
        case fits(claims: Bool)
        /// It is not the one that is meant, or none.
        case refused(String)
        /// It cannot be asked now.
        case away(String)
    }

    package let objects: any ObjectStore
    package let secret: FleetSecret
    package let rules: FleetRules
    /// What it was found to be when it was opened.
    let check: Check
    private let end: @Sendable () async -> Void

    package init(
        _ objects: any ObjectStore, _ secret: FleetSecret, _ rules: FleetRules, _ check: Check,
        end: @escaping @Sendable () async -> Void = {}
    ) {
        (self.objects, self.secret, self.rules) = (objects, secret, rules)
        (self.check, self.end) = (check, end)
    }

    /// The same, with a count of what it is asked for.
    func counted(_ counts: StoreCounts) -> FleetStore {
        FleetStore(CountedObjectStore(objects, counts), secret, rules, check, end: end)
    }

    /// Why it is gone on without it; nil when it can be asked.
    package var trouble: String? {
        if case .away(let words) = check { words } else { nil }
    }

    package func close() async { await end() }

    package static func check(_ objects: any ObjectStore, _ secret: FleetSecret, within: Duration) async -> Check {
        let read: ObjectRead
        do throws(ObjectStoreError) {
            read = try await objects.get(
                .description, range: nil, .none, limit: StoreDescription.largest, within: within)
        } catch {
            switch error.kind {
            case .noSuchBucket: return .refused("there is no such bucket: \(error)")
            case .absent: return .refused("there is no store yet: make one with pulsefs store init")
            case .tooLarge: return .refused("\(ObjectKey.description) is no description of a store")
            default: return .away("\(error)")
            }
        }
        guard case .bytes(let bytes, _) = read else { return .away("the store did not answer") }
        do throws(StoreDescription.Mistake) {
            let description = try StoreDescription(bytes)
            guard description.fits(secret) else {
                return .refused("its secret is another: use the secret file of this store")
            }
            return .fits(claims: description.conditionalWrites == .atomic)
        } catch {
            switch error {
            case .notADescription: return .refused("\(ObjectKey.description) is no description of a store")
            case .unknownFormat(let format):
                return .refused("it has format \(format), which this version does not know: use a newer one")
            }
        }
    }
}

/// How a store is used.
package struct FleetRules: Sendable {
    /// What a reader loses at most to a store that does not answer.
    package var timeout = Self.standardTimeout
    /// Bytes of the largest file that one machine fetches while the others wait. A larger one is nobody's to fetch for the others.
    var largestFile: UInt64 = 67_108_864
    /// Bytes of the largest file whose readers wait until all of it has come from the store. A larger one is read as it comes.
    var largestAtOnce: UInt64 = 8_388_608
    /// Bytes of the largest file that is shared: with its seals no more than the 5 GiB that an engine copies, as is done to renew it.
    var largestShared: UInt64 = 5_367_660_544
    /// How long a file may take to come whole, and a piece of one that is read as it comes to come after the one before.
    var fileTimeout = Duration.seconds(10)
    /// How long one record may take to be written, and a file beside what its size takes.
    package var writeTimeout = Duration.seconds(10)
    /// False: it is only read.
    package var isWritten = true
    /// How this member is called, for others to tell.
    package var writer = "a member"
    /// How the machine that it runs on is called.
    package var machine = "a machine"
    /// How long everything about results takes that can be fetched only once.
    package var claims = ClaimRules()
    /// What becomes of them while the store cannot be asked.
    package var singleUse = SingleUsePolicy.late
    /// How long such a result may take to be written, and any file at the most.
    var resultTimeout = Duration.seconds(600)
    /// Bytes that are written in a second at least.
    private static let leastWriteRate: UInt64 = 8_388_608

    package static let standardTimeout = Duration.seconds(2)

    package init() {}

    /// How long a file of so many bytes may take to be written. Where it goes in several requests, each of them.
    func writeTimeout(of size: UInt64) -> Duration {
        min(writeTimeout + .seconds(Int64(clamping: size / Self.leastWriteRate)), max(writeTimeout, resultTimeout))
    }

    /// Since 1970.
    static func seconds(_ time: Timestamp) -> Int64 { time.nanoseconds / 1_000_000_000 }
}
