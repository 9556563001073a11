/// How files are cut into parts, and how many of these come at a time.
package struct PartGeometry: Sendable {
    /// Files from this size on come in parts; bytes. Below it, one request is as quick as several.
    package var leastSize: UInt64
    /// Bytes of a part: large beside what a connection carries in a round trip, small beside the file.
    package var partSize: UInt64
    /// Parts of a file at a time.
    package var width: Int
    /// The same when readers wait for parts that nobody has asked for: each gets one more.
    package var greatestWidth: Int

    package init(leastSize: UInt64, partSize: UInt64, width: Int, greatestWidth: Int) {
        self.leastSize = leastSize
        self.partSize = partSize
        self.width = width
        self.greatestWidth = greatestWidth
    }

    package static let standard = PartGeometry(leastSize: 8 << 20, partSize: 8 << 20, width: 8, greatestWidth: 12)
}
