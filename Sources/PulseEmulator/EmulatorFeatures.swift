/// What the emulated service does beyond what the API promises.
public struct EmulatorFeatures: Sendable {
    /// Whether HEAD is answered for images and PDFs. If not it is 405.
    public var head: Bool
    /// Whether single byte ranges of images and PDFs are served.
    public var ranges: Bool
    /// How the bodies of refusals are written.
    public var errorShape: ErrorShape

    public init(head: Bool = true, ranges: Bool = true, errorShape: ErrorShape = .structured) {
        self.head = head
        self.ranges = ranges
        self.errorShape = errorShape
    }
}
