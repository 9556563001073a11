/// What the emulated service does beyond what the API promises.
public struct EmulatorFeatures: Sendable {
    /// Whether HEAD is answered for images and PDFs. If not it is 405.
    public var head: Bool
    /// Whether single byte ranges of images and PDFs are served.
    public var ranges: Bool
    /// Whether If-Range is heeded. If not, a range of the file as it is now is served, whatever it was before.
    public var ifRange: Bool
    /// How the bodies of refusals are written.
    public var errorShape: ErrorShape
    /// Whether job documents and large results are compressed for clients that take gzip.
    public var gzip = false
    /// When a link to a result is used up, and how it can be followed.
    public var links = LinkRules()

    public init(head: Bool = true, ranges: Bool = true, ifRange: Bool = true, errorShape: ErrorShape = .structured) {
        self.head = head
        self.ranges = ranges
        self.ifRange = ifRange
        self.errorShape = errorShape
    }
}

/// What a service may do with links that work once: the API's pages say no more than that one complete download ends them.
public struct LinkRules: Sendable, Hashable {
    /// When a link is used up.
    public enum Spending: String, Sendable, CaseIterable {
        /// With the last byte of a download; one that is broken off leaves it good.
        case atLastByte = "last-byte"
        /// As soon as the first byte of an answer is on its way.
        case atFirstByte = "first-byte"
        /// As soon as it is asked for, whatever is answered.
        case whenAsked = "asked"
    }

    public var spending = Spending.atLastByte
    /// Whether a download is refused (409) while another one is under way.
    public var refusesOverlaps = false
    /// Whether the result has an entity tag and is served in ranges.
    public var ranges = false

    public init() {}
}
