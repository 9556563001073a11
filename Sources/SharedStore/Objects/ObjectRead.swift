/// What a reading came to.
package enum ObjectRead: Sendable, Hashable {
    /// The bytes that were asked for; fewer when the object ends before.
    case bytes([UInt8], ObjectFacts)
    /// It is still the version that was named.
    case unchanged
}
