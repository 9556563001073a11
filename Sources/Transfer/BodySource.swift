package import Quantities

/// Gives the body of a request, by offset, so that any part of it can be given again.
package protocol BodySource: AnyObject, Sendable {
    /// Bytes of the whole body; never changes.
    var length: ByteCount { get }

    /// Puts bytes of the body that begin at `offset` into `buffer`, at least one and at most as many as it has room for, and
    /// returns how many. Never called at or beyond the end.
    ///
    /// Called on the engine's thread, where every other transfer waits for it: it must return quickly. An error thrown ends
    /// the transfer with the code `.source`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: ByteCount) throws -> Int
}
