package import Quantities

/// Some of the objects of a store, in the order of their names.
package struct ObjectPage: Sendable {
    package struct Entry: Sendable, Hashable {
        package let key: ObjectKey
        package let etag: ETag?
        package let size: ByteCount
        /// By the engine's clock, in seconds since 1970.
        package let modified: Int64?
    }

    package let entries: [Entry]
    /// Names below the prefix that no object of a store has.
    package let foreign: Int
    /// Where the next page begins; nil after the last.
    package let next: String?
}
