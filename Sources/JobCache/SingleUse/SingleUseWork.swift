package import ArtifactStore
package import PulseAPI
package import SharedStore

/// What a machine itself does about one result that can be fetched only once: with the link, with its disk, and for its readers.
/// ``SharedFetch`` decides when.
package protocol SingleUseWork: Sendable {
    /// The right of one process, among all that share a cache, to be at it.
    associatedtype Lock: Sendable
    /// The result, as those who read it have it.
    associatedtype Whole: Sendable

    var job: JobID { get }

    /// Waits until no other process of the cache is at it.
    func lock() async throws(Failure) -> Lock

    /// Nothing has come of this turn.
    func leave(_ lock: Lock) async

    /// What a process that had the lock before, and has ended, has left.
    func remains(in lock: Lock) -> SingleUseRemains

    /// The result when nobody has to be asked for it; nil when the link is to be asked, of which a part may have come.
    /// - Parameter isPartKnown: what is on the disk has been found not to be all of it.
    func found(_ lock: inout Lock, isPartKnown: Bool) async throws(Failure) -> Whole?

    /// Writes down as whom this process has claimed it, for the next process of the cache. Without that it waits.
    func note(nonce: String, in lock: Lock) async

    /// Asks the link, and goes on where a part has come. The bytes are on disk, checked and durable, when this returns `.whole`.
    func ask(_ lock: Lock) async throws(Failure) -> SingleUseAnswer<Whole>

    /// Whether the link has told this cache before that it is spent.
    func isSpent() async throws(Failure) -> Bool

    /// The link has just said so.
    func noteSpent(_ lock: Lock) async throws(Failure)

    /// A file for what another machine has put into the store.
    func file(for delivery: ClaimRecord.Delivery) async throws(Failure) -> SpoolFile

    /// Makes what has come from there the result.
    func publish(_ file: SpoolFile, _ delivery: ClaimRecord.Delivery, _ lock: Lock) async throws(Failure) -> Whole

    /// How what is durable here is brought to the others.
    func delivery(of whole: Whole) -> SharedDelivery

    /// The words of `error.txt` when nobody can have it, as far as anyone has said.
    func words(for record: ClaimRecord) async throws(Failure) -> String

    /// The words of it when the link has said that it is spent, in its words, and the other machines cannot be asked.
    func words(forSpent words: String) async throws(Failure) -> String

    /// The words of it when the store does not have what was put there.
    func words(forMissing delivery: ClaimRecord.Delivery) -> String

    /// This machine asks in place of one that has fallen silent.
    func noteTakenOver(from machine: String)
}

/// What is on the disk of a result that has not been published.
package struct SingleUseRemains: Sendable, Hashable {
    /// Bytes that have come.
    package let received: UInt64
    /// As whom a process that has ended had claimed it, if it had written that down.
    package let nonce: String?

    package init(received: UInt64, nonce: String?) { (self.received, self.nonce) = (received, nonce) }
}

package enum SingleUseAnswer<Whole: Sendable>: Sendable {
    case whole(Whole)
    /// The API says that the link is spent, or over.
    case spent(Failure)
}
