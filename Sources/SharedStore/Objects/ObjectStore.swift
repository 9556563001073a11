package import Transfer

/// Objects by name, with writes that may depend on what is there.
///
/// `within` bounds a call until its answer begins, all attempts and pauses included. Cancelling the task ends a call at once with
/// `.cancelled`; a write may have been done then.
package protocol ObjectStore: Sendable {
    /// Reads an object, or a range of it, into memory. A range that begins at or after the end is `.beyondEnd`.
    /// - Parameter limit: bytes; a longer answer is `.tooLarge`.
    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectRead

    /// Reads an object, or a range of it, into a sink; nil when it is still the version that was named. What has come before a
    /// failure is the sink's: a call is tried again only while nothing has.
    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
    ) async throws(ObjectStoreError) -> ObjectFacts?

    /// Writes an object whole, in one request, or in several when it is large: then too it appears whole or not at all. Returns
    /// the name of what was written. For a large body `within` bounds the waiting for each of the answers after it was sent.
    func put(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag

    /// Copies an object onto itself, so that its time is that of now, if it is still this version. What it is called may be another
    /// then, as for one that was written in parts.
    func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError)

    /// Removes an object. Without a condition one that is not there is fine.
    func delete(_ key: ObjectKey, _ condition: WriteCondition, within: Duration) async throws(ObjectStoreError)

    /// Names that begin so, page by page.
    /// - Parameters:
    ///   - prefix: part of a key; may end with a slash, or be empty.
    ///   - next: from the page before.
    ///   - limit: names of a page, at most 1000.
    func list(
        _ prefix: String, from next: String?, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectPage
}
