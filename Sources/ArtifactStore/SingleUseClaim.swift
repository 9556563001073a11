import Synchronization
import System
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The right of one process, among all that share a cache, to fetch a result that can be fetched only once.
///
/// Held by a lock on the file that the result is downloaded into. The lock goes with the process, however it ends; the
/// file stays, under a name that follows from the job, so that bytes which arrived before a crash are found again. Beside
/// it stand its facts: what they belong to, and how many they are when all have come.
package final class SingleUseClaim: Sendable {
    /// What was downloaded so far, by this process or one before it. When the claim was taken, bytes that were written
    /// behind the end of a whole download are not among them.
    package let document: SpoolFile
    /// Bytes of a process that did not live to publish them; they may be the whole result.
    package let leftover: UInt64
    /// What is known of those bytes; nil when nothing is.
    package let leftoverFacts: PartFacts?
    /// What a process that had this claim before, and has ended, was called by the machines that share a store, if it told them.
    package let formerNonce: String?
    private let facts: PartFactsFile
    /// What this one is called by them.
    private let nonce = Mutex<String?>(nil)

    package var hasLeftover: Bool { leftover > 0 }

    private init(document: SpoolFile, leftover: UInt64, facts: PartFactsFile, known: PartFacts?) {
        self.document = document
        self.leftover = leftover
        self.facts = facts
        formerNonce = known?.nonce
        guard leftover > 0, var known else {
            leftoverFacts = nil
            return
        }
        known.nonce = nil
        leftoverFacts = known
    }

    /// Writes down what the bytes in the document belong to, or will. On disk when this returns. Blocks on the disk.
    package func note(_ known: PartFacts) throws(StoreError) {
        var known = known
        known.nonce = nonce.withLock { $0 }
        try facts.write(known)
    }

    /// Writes down what this process is called by the machines that share a store, beside what is known of the bytes. On disk when this
    /// returns. Blocks on the disk.
    package func note(nonce: String) throws(StoreError) {
        self.nonce.withLock { $0 = nonce }
        try note(leftoverFacts ?? PartFacts())
    }

    /// There are no bytes that the facts could be of. Blocks on the disk.
    package func forgetFacts() {
        guard nonce.withLock({ $0 }) != nil else { return facts.remove() }
        // What cannot be written anew says nothing wrong of bytes to come: they are told from those by what the server says.
        do throws(StoreError) { try note(PartFacts()) } catch { facts.remove() }
    }

    /// The result is published and the ledger says so, or there is nothing to keep: the files go. A file that has
    /// become the blob has another name by now, and stays.
    package func settle() {
        facts.remove()
        release()
    }

    /// The document is empty: its name goes, unless it is another's by now.
    package func release() {
        guard let own = FileIdentity(of: document.descriptor), own == FileIdentity(of: document.path) else { return }
        document.path.unlink()
    }

    /// How the claim is called in the names of files.
    var name: String { document.path.lastComponent?.string ?? "result" }

    /// The same claim, with what is in its document now.
    func lookedAtAgain() throws(StoreError) -> SingleUseClaim {
        let size = try document.size()
        let known = size > 0 ? try facts.read() : (try? facts.read()) ?? nil
        return SingleUseClaim(
            document: document, leftover: min(size, known?.length ?? size), facts: facts, known: known)
    }

    /// Nil while another process holds the claim. Blocks on the disk.
    static func take(_ path: FilePath) throws(StoreError) -> SingleUseClaim? {
        guard let descriptor = try LockedFile.open(path) else { return nil }
        let document = SpoolFile(keeping: path, descriptor)
        let facts = PartFactsFile(path: FilePath("\(path)\(PartFactsFile.suffix)"))
        // After a power cut a file whose name is not there is a file that is not there.
        try StoreError.system("write to \(path.removingLastComponent())") {
            try path.removingLastComponent().synchronizeDirectory()
        }
        let size = try document.size()
        let known = size > 0 ? try facts.read() : (try? facts.read()) ?? nil
        return SingleUseClaim(
            document: document, leftover: min(size, known?.length ?? size), facts: facts, known: known)
    }
}

/// What is known of the bytes of a download that may have to be gone on with.
package struct PartFacts: Sendable, Hashable, Codable {
    /// What the file was at the server (ETag, RFC 9110, section 8.8.3); nil when it did not say.
    package var validator: String?
    /// Bytes in all, as the server announced them.
    package var announced: UInt64?
    /// Bytes in all, now that all have come and are on the disk: what stands behind them is the store's own.
    package var length: UInt64?
    /// What the machines that share a store call the process that fetches; nil where it has not told them.
    var nonce: String?

    package init(validator: String? = nil, announced: UInt64? = nil, length: UInt64? = nil) {
        (self.validator, self.announced, self.length) = (validator, announced, length)
    }
}

/// The file beside a claim's document: one line of JSON with its digest in front, replaced as a whole.
struct PartFactsFile: Sendable {
    static let suffix = ".facts"
    /// Of facts that are being written.
    static let newSuffix = ".facts.new"
    private static let longest: UInt64 = 1 << 16

    let path: FilePath

    func write(_ facts: PartFacts) throws(StoreError) {
        try StoreError.system("write \(path)") {
            let json = Array(try JSONEncoder().encode(facts))
            let temporary = temporary
            let file = try CacheFile.open(temporary, .writeOnly, options: [.create, .truncate])
            try file.closeAfter {
                _ = try file.writeAll(Array(Self.digest(json).utf8) + [UInt8(ascii: " ")] + json)
                try file.synchronize()
            }
            try temporary.rename(to: path)
            try path.removingLastComponent().synchronizeDirectory()
        }
    }

    private var temporary: FilePath { FilePath("\(path).new") }

    /// With what a process left that died while it wrote them.
    func remove() {
        temporary.unlink()
        path.unlink()
    }

    /// Nil when there are none, or damaged ones. Throws when they are there and cannot be read: they may be good.
    func read() throws(StoreError) -> PartFacts? {
        guard try StoreError.system("look at \(path)", { try FileFacts.ofFile(at: path) }) != nil else { return nil }
        let bytes = try StoreError.system("read \(path)") {
            let file = try CacheFile.open(path, .readOnly)
            return try file.closeAfter {
                let size = FileFacts(of: file)?.size ?? 0
                var bytes = [UInt8](repeating: 0, count: Int(clamping: min(size, Self.longest)))
                let count = try bytes.withUnsafeMutableBytes { try file.readAll(at: 0, into: $0) }
                return bytes[..<count]
            }
        }
        guard let space = bytes.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let json = Array(bytes[(space + 1)...])
        guard Self.digest(json).utf8.elementsEqual(bytes[..<space]) else { return nil }
        return try? JSONDecoder().decode(PartFacts.self, from: Data(json))
    }

    private static func digest(_ json: [UInt8]) -> String { String(FastDigest.of(json), radix: 16) }
}
