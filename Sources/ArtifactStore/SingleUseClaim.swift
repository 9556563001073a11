import SystemPackage

/// The right of one process, among all that share a cache, to fetch a result that can be fetched only once.
///
/// Held by a lock on the file that the result is downloaded into. The lock goes with the process, however it ends; the
/// file stays, under a name that follows from the job, so that bytes which arrived before a crash are found again.
package final class SingleUseClaim: Sendable {
    /// What was downloaded so far, by this process or one before it.
    package let document: SpoolFile
    /// The file holds bytes of a process that did not live to publish them; they may be the whole result.
    package let hasLeftover: Bool

    private init(document: SpoolFile, hasLeftover: Bool) {
        self.document = document
        self.hasLeftover = hasLeftover
    }

    /// The result is published, or proved to be nothing: the file goes.
    package func settle() { document.path.unlink() }

    /// Nil while another process holds the claim.
    static func take(_ path: FilePath) throws(StoreError) -> SingleUseClaim? {
        guard let descriptor = try LockedFile.open(path) else { return nil }
        let document = SpoolFile(keeping: path, descriptor)
        return SingleUseClaim(document: document, hasLeftover: try document.size() > 0)
    }
}
