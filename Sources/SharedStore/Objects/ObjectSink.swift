package import Quantities
package import Transfer

/// Takes the bytes of an object that is too large for memory.
///
/// Called on the transfer engine's thread, one call after the other, and must return quickly. An error thrown ends the
/// reading with `.notTaken`.
package protocol ObjectSink: AnyObject, Sendable {
    /// Called before any bytes; again, from the beginning, when a reading is tried anew of which nothing had come. `flow` is for a
    /// sink that refuses bytes for a while.
    func begin(_ facts: ObjectFacts, flow: TransferFlow) throws

    func begin(_ facts: ObjectFacts) throws

    /// The next bytes, valid for the call alone. `offset` counts from the beginning of the object.
    func receive(_ bytes: RawSpan, at offset: ByteCount) throws -> BodyDemand
}

extension ObjectSink {
    /// Of a sink that never refuses.
    package func begin(_ facts: ObjectFacts, flow: TransferFlow) throws { try begin(facts) }
    package func begin(_ facts: ObjectFacts) throws {}
}
