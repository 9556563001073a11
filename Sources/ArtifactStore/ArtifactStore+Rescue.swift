import System
package import SystemPackage

/// Where a result that can be fetched only once is kept when it has come, or is coming, and the cache's disk has no room:
/// beside the cache, until there is.
///
/// A file is named as its claim is, and has the same facts beside it. Everything here blocks on the disk.
struct RescueShelf: Sendable {
    let directory: FilePath

    func path(_ name: String) -> FilePath { directory.appending(name) }

    private func facts(_ name: String) -> PartFactsFile {
        PartFactsFile(path: directory.appending("\(name)\(PartFactsFile.suffix)"))
    }

    /// A new file for so many bytes, whose name stays. Throws when one is there already, or there is no room here either.
    func make(_ name: String, reserving bytes: UInt64) throws(StoreError) -> SpoolFile {
        // Made and checked as a cache is: nobody else may put anything here.
        try CacheDirectory.makePrivate(directory)
        let path = path(name)
        let descriptor = try StoreError.system("make \(path)") {
            try CacheFile.open(path, .readWrite, options: [.create, .exclusiveCreate])
        }
        let file = SpoolFile(keeping: path, descriptor)
        do throws(StoreError) { try file.reserve(bytes) } catch {
            path.unlink()
            throw error
        }
        return file
    }

    /// All of it has come, and is on the disk when this returns.
    func finish(_ file: SpoolFile, _ name: String, _ known: PartFacts) throws(StoreError) {
        try file.synchronize()
        try facts(name).write(known)
    }

    /// A whole result that was kept here; nil when there is none. Throws when that is not to be known now.
    func found(_ name: String) throws(StoreError) -> (file: SpoolFile, length: UInt64)? {
        let path = path(name)
        guard FileFacts(of: path) != nil, let length = try facts(name).read()?.length else { return nil }
        guard (try? CacheDirectory.isSeenByOthers(directory)) != nil else { return nil }
        let descriptor = try StoreError.system("read \(path)") {
            try CacheFile.open(path, .readWrite)
        }
        let file = SpoolFile(keeping: path, descriptor)
        return try file.size() >= length ? (file, length) : nil
    }

    func remove(_ name: String) {
        facts(name).path.unlink()
        path(name).unlink()
    }
}

extension ArtifactStore {
    /// A file outside the cache for what the cache's disk does not take of a claim, with room for so many bytes. It takes over
    /// what the claim has by now, `count` bytes.
    package func rescue(_ claim: SingleUseClaim, first count: UInt64, reserving bytes: UInt64) throws(StoreError)
        -> SpoolFile
    {
        guard let rescueShelf else { throw StoreError(.system, "there is no other place", cause: .noSpace) }
        let file = try rescueShelf.make(claim.name, reserving: bytes)
        do throws(StoreError) { try claim.document.copy(0..<count, to: file) } catch {
            rescueShelf.remove(claim.name)
            throw error
        }
        return file
    }

    package func finishRescue(_ claim: SingleUseClaim, _ file: SpoolFile, _ known: PartFacts) throws(StoreError) {
        try rescueShelf?.finish(file, claim.name, known)
    }

    /// Where a whole result is kept outside the cache; nil when none is.
    package func rescued(_ claim: SingleUseClaim) throws(StoreError) -> FilePath? {
        try rescueShelf?.found(claim.name)?.file.path
    }

    /// Brings a result that was kept outside back into the claim's document; the claim with it, or nil when there is none.
    /// Throws when the cache's disk has no room for it: it stays where it is.
    package func takeBack(_ claim: SingleUseClaim) async throws(StoreError) -> SingleUseClaim? {
        guard let shelf = rescueShelf else { return nil }
        let found = try await disk.run { () throws(StoreError) in try shelf.found(claim.name) }
        guard let (file, length) = found else { return nil }
        try await reserve(length, for: claim)
        return try await disk.run { () throws(StoreError) in
            try claim.document.restart()
            try file.copy(0..<length, to: claim.document)
            try claim.document.synchronize()
            try claim.note(PartFacts(length: length))
            shelf.remove(claim.name)
            return try claim.lookedAtAgain()
        }
    }
}
