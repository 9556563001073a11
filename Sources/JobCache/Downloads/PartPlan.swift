import Quantities

/// In which parts a file is asked for, and which comes next. Decisions only; whoever holds it asks.
///
/// A file of known size from a server that serves ranges comes in parts, several at a time: a connection over a long way
/// carries only so much at once. A file of unknown size may begin with its first part, whose answer tells the size. Anything
/// else comes whole, by one request.
struct PartPlan: Sendable {
    /// What is known of the server's ranges.
    enum Ranges: Sendable {
        case unknown
        case served
        case ignored
    }

    enum Order: Sendable, Equatable {
        /// All of it, by a request without a range.
        case whole
        case part(Range<UInt64>)

        /// The bytes that are asked for, whether there are as many or not.
        var range: Range<UInt64> {
            switch self {
            case .whole: 0..<UInt64.max
            case .part(let range): range
            }
        }
    }

    let geometry: PartGeometry
    private(set) var ranges: Ranges
    /// Bytes in all, as told so far: by whoever gave the order at first, then by the answers.
    private(set) var size: UInt64?
    /// Parts that have been asked for, come or not.
    private(set) var claimed = ByteSet()
    private var isWholeClaimed = false
    /// The size is to be told by the answer to a request for the first part.
    private var beginsWithPart: Bool
    /// Parts of it were here before, and the rest is asked for, however small the file is.
    private var isResumed = false
    /// Parts have turned out not to be had, whatever the server says.
    private var areRangesUseless = false

    /// `beginsWithPart` says that a file of unknown size is asked for by its first part.
    init(size: UInt64?, ranges: Ranges, geometry: PartGeometry = .standard, beginsWithPart: Bool = false) {
        self.beginsWithPart = beginsWithPart && size == nil
        self.geometry = geometry
        self.size = size
        self.ranges = ranges
    }

    /// Parts of a file of this size are here already, of a version that the server can be asked for.
    mutating func resume(_ arrived: ByteSet, of size: UInt64) {
        (claimed, self.size, ranges, isResumed) = (arrived, size, .served, true)
    }

    /// Somebody has the file, whose answers belong together if it is sent in parts.
    mutating func expect(_ size: UInt64, inParts isSentInParts: Bool) {
        (self.size, beginsWithPart) = (size, false)
        ranges = isSentInParts ? .served : .ignored
    }

    /// The file is large enough for parts.
    private func comesInParts(_ size: UInt64) -> Bool { size >= geometry.leastSize || isResumed || beginsWithPart }

    /// How many requests are of use at once, as far as is known now.
    var usefulWidth: Int {
        guard let size, comesInParts(size), ranges == .served, !isWholeClaimed else { return 1 }
        return geometry.width
    }

    /// The next part to ask for, beginning where someone waits if that has not been asked for; nil when there is none.
    mutating func claim(waitedFor positions: [UInt64] = []) -> Order? {
        guard !isWholeClaimed else { return nil }
        if areRangesUseless {
            isWholeClaimed = true
            return .whole
        }
        if beginsWithPart, size == nil, claimed.isEmpty, ranges != .ignored {
            claimed.insert(0..<geometry.partSize)
            return .part(0..<geometry.partSize)
        }
        guard let size, comesInParts(size), ranges != .ignored else {
            guard claimed.isEmpty else { return nil }
            isWholeClaimed = true
            return .whole
        }
        // Whether the server serves ranges is known when the first has come.
        if ranges == .unknown, !claimed.isEmpty { return nil }
        let start = positions.first { isFree($0) } ?? claimed.firstGap(from: 0)
        guard start < size else { return nil }
        let boundary = (start / geometry.partSize +| 1) *| geometry.partSize
        let end = min(boundary, size, claimed.firstMember(from: start) ?? size)
        claimed.insert(start..<end)
        return .part(start..<end)
    }

    /// Nobody has asked for this position yet, and there is such a position.
    func isFree(_ position: UInt64) -> Bool {
        guard let size, position < size, !isWholeClaimed else { return false }
        return !claimed.contains(position..<position +| 1)
    }

    /// A part that was asked for does not come by this request.
    mutating func giveBack(_ range: Range<UInt64>) { claimed.remove(range) }

    /// The server does not answer a request for the first part of a file of unknown size, or not with a part: all of it is asked
    /// for. An empty file has no first part.
    mutating func firstPartIsRefused() {
        guard beginsWithPart else { return }
        beginsWithPart = false
        claimed = ByteSet()
    }

    /// An answer carries the bytes that were asked for, of so many in all.
    mutating func answeredInParts(of size: UInt64?) {
        if !areRangesUseless { ranges = .served }
        if let size { self.size = size }
        // Nobody can tell where the other parts end.
        if self.size == nil { rangesAreIgnored() }
    }

    /// What an answer says of ranges, if anything.
    mutating func announced(servesRanges: Bool?) {
        if let servesRanges, !areRangesUseless { ranges = servesRanges ? .served : .ignored }
    }

    /// An answer carries all bytes from the first on, whatever was asked for. Returns where to break it off because the rest
    /// comes in parts; nil when it is to be taken whole.
    mutating func answeredWhole(size: UInt64?, isAskedForWhole: Bool) -> UInt64? {
        if let size { self.size = size }
        // A server may answer with all of a file whose first part is all of it.
        if !isAskedForWhole, !(beginsWithPart && size.map { $0 <= geometry.partSize } ?? false) { ranges = .ignored }
        guard ranges == .served, let size, size >= geometry.leastSize else {
            isWholeClaimed = true
            return nil
        }
        isWholeClaimed = false
        claimed.insert(0..<geometry.partSize)
        return geometry.partSize
    }

    /// A range that was asked for was answered by the whole file, or with nothing to tell by whether it is of the version that
    /// the others are of: what is left comes by a request for all of it.
    mutating func rangesAreIgnored() {
        ranges = .ignored
        areRangesUseless = true
    }
}
