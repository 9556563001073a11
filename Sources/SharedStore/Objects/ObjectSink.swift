package import Quantities

/// Takes the bytes of an object that is too large for memory.
///
/// Called on the transfer engine's thread, one call after the other, and must return quickly. An error thrown ends the
/// reading with `.notTaken`.
package protocol ObjectSink: AnyObject, Sendable {
    /// Called before any bytes; again, from the beginning, when a reading is tried anew of which nothing had come.
    func begin(_ facts: ObjectFacts) throws

    /// The next bytes, valid for the call alone. `offset` counts from the beginning of the object.
    func receive(_ bytes: RawSpan, at offset: ByteCount) throws
}
