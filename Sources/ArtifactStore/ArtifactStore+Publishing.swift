import Quantities
import System
import SystemPackage

/// Bytes on their way in, until they are a blob.
extension ArtifactStore {
    /// A fresh file for bytes on their way in; in memory while the disk takes none. Blocks on the disk.
    package func spool() throws(StoreError) -> SpoolFile {
        do throws(StoreError) {
            let file = try SpoolFile(in: directory.spool)
            steps.reached(.spooled)
            return file
        } catch  where error.cause?.isOutOfDescriptors == true {
            shelf.shortage.report()
            throw error
        } catch {
            trouble.began(error)
            return try SpoolFile(inMemoryOf: memory)
        }
    }

    /// The same; waits where there are no descriptors.
    package func spoolWhenPossible() async throws(StoreError) -> SpoolFile {
        let begin = ContinuousClock.now
        while true {
            do throws(StoreError) { return try spool() } catch  where error.cause?.isOutOfDescriptors == true {
                guard begin.duration(to: .now) < Self.shortage else { throw error }
                do { try await Task.sleep(for: .milliseconds(20)) } catch { throw cancelled }
            }
        }
    }

    private var cancelled: StoreError { StoreError(.system, "cannot make a file in the cache", cause: .canceled) }

    /// Takes note that the cache cannot be written.
    package func reportUnwritable(_ error: StoreError) { trouble.began(error) }

    /// A file in memory that holds these ranges of another, each in its place, for when the disk takes no more. Throws
    /// `.outgrown` when memory has no room for them.
    package func spoolInMemory(
        holding ranges: [Range<UInt64>], of file: SpoolFile, because error: StoreError
    ) throws(StoreError) -> SpoolFile {
        trouble.began(error)
        let copy = try SpoolFile(inMemoryOf: memory)
        for range in ranges { try file.copy(range, inPlaceTo: copy) }
        return copy
    }

    /// A fresh file in memory, after the disk has refused one.
    package func spoolInMemory(because error: StoreError) throws(StoreError) -> SpoolFile {
        trouble.began(error)
        return try SpoolFile(inMemoryOf: memory)
    }

    /// Bytes of memory that one file may take at the most.
    package var mostInMemory: UInt64 { memory.limit }

    /// Makes the spooled bytes a blob: digest, label, rename. Only then is it there.
    ///
    /// Where the disk takes it not, even after others have gone, the blob is in memory alone: `isKept` says so.
    /// Nobody waits for the disk for what can be had again: a power failure may take or damage what was published in the half
    /// minute before it, which is noticed by its digests.
    /// - Parameters:
    ///   - durably: it is on the disk before it is there, as each that is single-use is.
    ///   - digest: hexadecimal SHA-256 that its bytes have to have; throws `.notAsAnnounced` when they have another.
    package func publish(
        _ spool: SpoolFile, _ facts: BlobFacts, durably: Bool = false, digest: String? = nil
    ) async throws(StoreError) -> BlobFile {
        // What is on the disk already needs room for what stands behind it alone.
        let missing = (spool.isInMemory ? try spool.size() : 0) +| (1 << 20)
        let mayFit = spool.isInMemory ? await arrivals.find(missing, of: missing) : true
        for attempt in 0..<2 where mayFit {
            do throws(StoreError) {
                let blob = try await publishOnDisk(spool, facts, durably, digest)
                trouble.written()
                unkept.remove(facts.key)
                return blob
            } catch  where error.code == .system {
                if attempt == 0, error.cause == .noSpace || error.cause == .diskQuotaExceeded {
                    try await evictor.run(limits.makingRoom(for: missing), atLeast: missing)
                    continue
                }
                trouble.began(error)
            }
        }
        let memory = memory
        let blob = try await disk.run { () throws(StoreError) in
            if !spool.isInMemory, let copy = try? SpoolFile(inMemoryOf: memory) {
                // What has no name on the disk would take its room there all the same.
                do throws(StoreError) {
                    try spool.copy(0..<(try spool.size()), to: copy)
                    return try BlobShelf.unkept(copy, facts)
                } catch  where error.code == .outgrown {}
            }
            return try BlobShelf.unkept(spool, facts)
        }
        try blob.label.check(digest)
        if blob.isInMemory { unkept.put(blob, as: facts.key) }
        return blob
    }

    /// Waits until all that was published is on the disk, for whoever has to be able to say so.
    ///
    /// - Throws: `.system` when a write to the disk has failed meanwhile, as syncfs(2) tells.
    package func makeDurable() async throws(StoreError) {
        let path = directory.path
        try await disk.run { () throws(StoreError) in
            try StoreError.system("write the cache to the disk") {
                try DirectoryHandle(path).synchronizeFileSystem()
            }
        }
    }

    private func publishOnDisk(
        _ spool: SpoolFile, _ facts: BlobFacts, _ durably: Bool, _ digest: String?
    ) async throws(StoreError) -> BlobFile {
        let (shelf, directory) = (shelf, directory)
        return try await disk.run { () throws(StoreError) in
            guard spool.isInMemory else { return try shelf.publish(spool, facts, durably: durably, digest: digest) }
            let copy = try SpoolFile(in: directory.spool)
            try spool.copy(0..<(try spool.size()), to: copy)
            return try shelf.publish(copy, facts, durably: durably, digest: digest)
        }
    }
}
