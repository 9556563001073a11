import Quantities

/// A set of byte positions, as ranges in order that neither overlap nor touch.
///
/// For a file that arrives in parts there are as many ranges as parts that do not meet yet: a handful.
struct ByteSet: Sendable, Equatable {
    private(set) var ranges: [Range<UInt64>] = []

    var isEmpty: Bool { ranges.isEmpty }

    var count: UInt64 { ranges.reduce(0) { $0 +| ($1.upperBound -| $1.lowerBound) } }

    /// Whether no position of `range` is a member.
    func isDisjoint(with range: Range<UInt64>) -> Bool {
        firstMember(from: range.lowerBound) ?? .max >= range.upperBound
    }

    /// Whether every position of `range` is a member; an empty range is in any set.
    func contains(_ range: Range<UInt64>) -> Bool {
        range.isEmpty || ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    }

    /// The first position from `start` on that is no member.
    func firstGap(from start: UInt64) -> UInt64 {
        ranges.first { $0.contains(start) }?.upperBound ?? start
    }

    /// The first member from `start` on; nil when there is none.
    func firstMember(from start: UInt64) -> UInt64? {
        ranges.first { $0.upperBound > start }.map { max($0.lowerBound, start) }
    }

    mutating func insert(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        // What grows at the end of one of few ranges is the usual case.
        if let last = ranges.indices.last, ranges[last].upperBound == range.lowerBound {
            ranges[last] = ranges[last].lowerBound..<range.upperBound
            return
        }
        let first = ranges.firstIndex { $0.upperBound >= range.lowerBound } ?? ranges.endIndex
        let end = ranges[first...].firstIndex { $0.lowerBound > range.upperBound } ?? ranges.endIndex
        var whole = range
        if first < end {
            whole =
                min(range.lowerBound, ranges[first].lowerBound)..<max(range.upperBound, ranges[end - 1].upperBound)
        }
        ranges.replaceSubrange(first..<end, with: [whole])
    }

    /// The parts of `range` that are members, and those that are not, in order.
    func split(_ range: Range<UInt64>) -> [(range: Range<UInt64>, isMember: Bool)] {
        var pieces: [(range: Range<UInt64>, isMember: Bool)] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let gap = min(firstGap(from: position), range.upperBound)
            let isMember = gap > position
            let end = isMember ? gap : min(firstMember(from: position) ?? range.upperBound, range.upperBound)
            pieces.append((position..<end, isMember))
            position = end
        }
        return pieces
    }

    mutating func remove(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        ranges = ranges.flatMap { member -> [Range<UInt64>] in
            guard member.overlaps(range) else { return [member] }
            let before = member.lowerBound..<max(member.lowerBound, range.lowerBound)
            let after = min(member.upperBound, range.upperBound)..<member.upperBound
            return [before, after].filter { !$0.isEmpty }
        }
    }
}
