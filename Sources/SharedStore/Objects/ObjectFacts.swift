package import Quantities

/// What an engine says of an object beside its bytes.
package struct ObjectFacts: Sendable, Hashable {
    package let etag: ETag
    /// Of the whole object, also when a part was asked for.
    package let size: ByteCount
    /// By the engine's clock, in seconds since 1970; nil when it does not say.
    package let modified: Int64?
    /// The engine's clock when it answered.
    package let date: Int64?

    package init(etag: ETag, size: ByteCount, modified: Int64?, date: Int64?) {
        (self.etag, self.size, self.modified, self.date) = (etag, size, modified, date)
    }

    /// How long ago it was written, both by the engine's clock, which has whole seconds; nil when it does not say.
    package var age: Duration? {
        guard let modified, let date else { return nil }
        return .seconds(max(0, date -| modified))
    }
}
