import ArtifactStore

/// A look at the names of a directory.
struct Listing {
    let reader: Int32
    var at: ContinuousClock.Instant
}

/// Who reads the images of one job, in which order, and what is to be fetched for them.
struct ImageRun {
    enum Order: Sendable {
        case listing
        case listingBackwards
        case name
    }

    typealias Advice = ReadingRun<ArtifactSlot, Order>.Advice

    var job: Job
    private(set) var reading = ReadingRun<ArtifactSlot, Order>()
    /// The thread that read last.
    var reader: Int32 = 0
    var readAt: ContinuousClock.Instant
    /// Reads that wait for bytes.
    var waiting = 0
    /// Who listed the images last, and when; nil when that was used.
    var listing: Listing?
    /// To be fetched when there is room, the next one first.
    var queue: [ArtifactSlot] = []
    /// The listed images by name; empty where that is the order of the listing.
    private var byName: [ArtifactSlot]?

    init(job: Job, readAt: ContinuousClock.Instant) {
        self.job = job
        self.readAt = readAt
    }

    /// Somebody reads, or has read within `patience`. How long a server takes for its answer says nothing of who waits for it.
    func isRecent(at now: ContinuousClock.Instant, _ patience: Duration) -> Bool {
        waiting > 0 || readAt.duration(to: now) < patience
    }

    /// Nobody follows any more.
    mutating func end() {
        queue = []
        _ = reading.end()
    }

    /// `hasListed` says that whoever reads has listed the images before.
    mutating func noticeRead(of slot: ArtifactSlot, hasListed: Bool) -> Advice {
        let (listed, byName) = (job.listedImages, names())
        return reading.read(slot, in: [.listing, .name, .listingBackwards], afterListing: hasListed) {
            slot, order, count in
            Self.members(after: slot, order, count, listed, byName)
        }
    }

    /// This image comes after the one that was read last, in one of the orders.
    func follows(_ slot: ArtifactSlot) -> Bool {
        guard let latest = reading.latest else { return false }
        return [.listing, .name].contains {
            Self.members(after: latest, $0, 1, job.listedImages, byName ?? []).first == slot
        }
    }

    /// The listed images by name; empty where that is the order of the listing.
    private mutating func names() -> [ArtifactSlot] {
        if let byName { return byName }
        let named = job.listedImages.map { (slot: $0, name: FileName(job.artifact($0)?.name ?? "")) }
        let isSorted = zip(named, named.dropFirst()).allSatisfy { $0.name <= $1.name }
        let names = isSorted ? [] : named.sorted { $0.name < $1.name }.map(\.slot)
        byName = names
        return names
    }

    private static func members(
        after slot: ArtifactSlot, _ order: Order, _ count: Int, _ listed: [ArtifactSlot],
        _ byName: [ArtifactSlot]
    ) -> [ArtifactSlot] {
        guard count > 0 else { return [] }
        switch order {
        case .listing: return place(of: slot, in: listed).map { Array(listed[($0 + 1)...].prefix(count)) } ?? []
        case .listingBackwards:
            return place(of: slot, in: listed).map { Array(listed[..<$0].suffix(count).reversed()) } ?? []
        case .name: return byName.firstIndex(of: slot).map { Array(byName[($0 + 1)...].prefix(count)) } ?? []
        }
    }

    /// Slots ascend in a listing.
    private static func place(of slot: ArtifactSlot, in listed: [ArtifactSlot]) -> Int? {
        var (low, high) = (0, listed.count)
        while low < high {
            let middle = (low + high) / 2
            if listed[middle] < slot { low = middle + 1 } else { high = middle }
        }
        return low < listed.count && listed[low] == slot ? low : nil
    }
}
