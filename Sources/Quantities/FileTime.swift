/// A moment as stat(2) has it: seconds and nanoseconds since 1970 UTC.
package struct FileTime: Hashable, Comparable, Sendable {
    package let seconds: Int64
    /// 0 ..< 1,000,000,000.
    package let nanoseconds: UInt32

    package init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = min(nanoseconds, 999_999_999)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
