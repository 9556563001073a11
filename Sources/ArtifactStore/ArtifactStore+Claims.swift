import Quantities
import System
package import SystemPackage

/// Results that can be fetched only once, on their way in.
extension ArtifactStore {
    /// The claim on a job's result, if no other process of this cache, and nobody else in this one, holds it.
    ///
    /// Look at the job again afterwards: whoever held the claim before may have delivered.
    package func claimNow(origin: String, id: String) async throws(StoreError) -> SingleUseClaim? {
        let path = claimPath(origin: origin, id: id)
        return try await disk.run { () throws(StoreError) in try SingleUseClaim.take(path) }
    }

    /// Who holds the claim on a job's result, and how many bytes of it have come; nil when that cannot be seen.
    package func claimant(origin: String, id: String) -> (holder: LockHolder?, received: UInt64)? {
        let path = claimPath(origin: origin, id: id)
        return FileFacts(of: path).map { (LockHolder(ofFileAt: path), $0.size) }
    }

    /// Takes the claim on a job's result. Waits while another process of this cache holds it; leaves when cancelled, with nil.
    package func claim(origin: String, id: String) async throws(StoreError) -> SingleUseClaim? {
        let path = claimPath(origin: origin, id: id)
        return try await waiting { () throws(StoreError) in try SingleUseClaim.take(path) }
    }

    func claimPath(origin: String, id: String) -> FilePath {
        directory.claims.appending("\(OriginName.of(origin))-\(id)")
    }

    /// Makes the file that a result was downloaded into the blob of it: its bytes are written once. When this fails the
    /// claim's document holds what it held before.
    package func adopt(_ claim: SingleUseClaim, _ facts: BlobFacts) async throws(StoreError) -> BlobFile {
        let shelf = shelf
        var isLast = false
        while true {
            do throws(StoreError) {
                let blob = try await disk.run { () throws(StoreError) in try shelf.publish(claim.document, facts) }
                trouble.written()
                return blob
            } catch {
                trouble.began(error)
                guard error.code == .system, !isLast, error.isOutOfRoom else { throw error }
                isLast = true
                _ = try await evict(atLeast: Self.roomForLabels)
            }
        }
    }

    /// Bytes for what stands behind a blob, and the rows and lines about it.
    static let roomForLabels: UInt64 = 1 << 20

    /// Makes room for a result that can be fetched only once, and sets it apart: `bytes` of it from its beginning, and what
    /// is written about it. What can be fetched again goes for it, if need be. Throws `.system` when there is none.
    package func reserve(_ bytes: UInt64, for claim: SingleUseClaim) async throws(StoreError) {
        let wanted = bytes +| (bytes / BlobLabel.chunkSize *| 8) +| Self.leastRoomForLabels
        let refusal: StoreError
        do throws(StoreError) {
            return try await disk.run { () throws(StoreError) in try claim.document.reserve(wanted) }
        } catch {
            guard error.isOutOfRoom else { throw error }
            refusal = error
        }
        let present = FileFacts(of: claim.document.descriptor)?.allocated ?? 0
        let missing = wanted -| present
        // A quota is not seen from outside, and what is kept free of the disk is there for this.
        var hasGone = try await makeRoom(for: missing)
        if !hasGone { hasGone = try await evict(atLeast: missing) }
        guard hasGone else { throw refusal }
        try await disk.run { () throws(StoreError) in try claim.document.reserve(wanted) }
    }

    private static let leastRoomForLabels: UInt64 = 64 << 10

    /// Copies the first bytes of a claim's document aside, where the disk has room for them: another version is about to take
    /// their place. Blocks on the disk.
    package func keepAside(_ claim: SingleUseClaim, first count: UInt64) {
        let name = claim.document.path.lastComponent?.string ?? "part"
        do throws(StoreError) {
            let copy = try SpoolFile(in: directory.spool)
            try copy.reserve(count)
            try claim.document.copy(0..<count, to: copy)
            _ = try copy.setAside(in: directory.aside, as: name)
        } catch {
            trouble.began(error)
        }
    }

    /// What is kept aside of a job's result, in the order it came: answers that are no results, and parts of one.
    package func kept(origin: String, id: String) -> [(path: FilePath, bytes: UInt64)] {
        let name = "\(OriginName.of(origin))-\(id)"
        let files = DirectoryListing.names(in: directory.aside).filter { $0 == name || $0.hasPrefix("\(name).") }
        return files.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.map { file in
            let path = directory.aside.appending(file)
            return (path, FileFacts(of: path)?.size ?? 0)
        }
    }
}
