/// Notices that the members of a sequence are read one after the other, and says which come next. Decisions only; whoever
/// holds it fetches.
///
/// Two reads in order make a run, or one by someone who has just listed the sequence. Each read of a member that was expected doubles how far ahead the run looks. Several
/// readers at once may overtake each other; a read of anything else ends the run.
struct ReadingRun<Member: Hashable & Sendable, Order: Sendable> {
    /// What to do after a read.
    struct Advice: Equatable {
        /// Members to fetch ahead, the next one first.
        var fetch: [Member] = []
        /// Members that nobody is expected to read any more.
        var drop: [Member] = []
    }

    /// Members a run looks ahead at first, when whoever reads has listed the sequence, and at most.
    static var firstWindow: Int { 16 }
    static var windowAfterListing: Int { 32 }
    static var longestWindow: Int { 64 }
    private static var longestMemory: Int { 64 }

    private var last: Member?
    private var order: Order?
    private var window = 0
    /// Someone has read what was expected.
    private(set) var isFollowed = false
    private var upcoming: [Member] = []
    /// Read in this run, of late.
    private var passed: [Member] = []
    /// Expected, and passed over by a reader of a later one.
    private var overtaken: [Member] = []

    init() {}

    var isRunning: Bool { order != nil }

    /// The member read last.
    var latest: Member? { last }

    /// What the run expects to be read, the next one first.
    var expected: [Member] { overtaken + upcoming }

    /// Whether the run expects this member to be read.
    func expects(_ member: Member) -> Bool { upcoming.contains(member) || overtaken.contains(member) }

    /// Takes in that a member is read. `next` gives at most so many members that follow one in an order; `orders` are those
    /// in which someone may read, and whoever reads after having listed the sequence reads in the first.
    mutating func read(
        _ member: Member, in orders: [Order], afterListing: Bool = false,
        next: (_ after: Member, Order, _ count: Int) -> [Member]
    ) -> Advice {
        guard member != last else { return Advice() }
        if let order {
            if let place = upcoming.firstIndex(of: member) {
                last = member
                isFollowed = true
                remember(member)
                overtaken += upcoming[..<place]
                upcoming.removeFirst(place + 1)
                // Whoever leaves out so many is not reading one after the other.
                guard overtaken.count <= Self.longestWindow else { return end() }
                window = min(window * 2, Self.longestWindow)
                let more = next(upcoming.last ?? member, order, window - upcoming.count)
                upcoming += more
                return Advice(fetch: more)
            }
            if let place = overtaken.firstIndex(of: member) {
                overtaken.remove(at: place)
                remember(member)
                return Advice()
            }
            if passed.contains(member) { return Advice() }
        }
        var advice = end()
        let before = last
        last = member
        if let before { order = orders.first { next(before, $0, 1).first == member } }
        window = Self.firstWindow
        if order == nil, afterListing {
            order = orders.first
            window = Self.windowAfterListing
        }
        guard let order else { return advice }
        passed = [before, member].compactMap(\.self)
        upcoming = next(member, order, window)
        advice.fetch = upcoming
        return advice
    }

    /// Ends the run, if there is one.
    mutating func end() -> Advice {
        defer { (order, upcoming, overtaken, passed, isFollowed) = (nil, [], [], [], false) }
        return Advice(drop: overtaken + upcoming)
    }

    private mutating func remember(_ member: Member) {
        passed.append(member)
        if passed.count > Self.longestMemory { passed.removeFirst() }
    }
}
