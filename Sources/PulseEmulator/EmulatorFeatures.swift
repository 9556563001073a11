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

    public init(head: Bool = true, ranges: Bool = true, ifRange: Bool = true, errorShape: ErrorShape = .structured) {
        self.head = head
        self.ranges = ranges
        self.ifRange = ifRange
        self.errorShape = errorShape
    }
}
