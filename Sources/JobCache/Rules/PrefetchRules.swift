/// How much of the images that someone reads one after the other is fetched ahead.
package struct PrefetchRules: Sendable {
    /// Files and bytes on their way ahead of all readers. One file is, however large.
    package var mostFiles = 32
    package var mostBytes: UInt64 = 64 << 20
    /// Bytes on their way for someone who has not yet read what was expected.
    package var mostBytesAtFirst: UInt64 = 8 << 20

    package init() {}

    /// `isFollowed` says that someone has read what was expected.
    package func mostBytes(isFollowed: Bool) -> UInt64 { isFollowed ? mostBytes : min(mostBytes, mostBytesAtFirst) }
}
