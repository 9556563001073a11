package import ArtifactStore
import JSONStream
package import PulseAPI
import Synchronization

/// What is known of one job, ready to answer from. What the API said of the job itself never changes here: a later answer
/// is another `Job`. What becomes known of its files, sizes above all, is added as it does.
package final class Job: Sendable {
    private struct Files {
        var artifacts: [ArtifactSlot: StoredArtifact]
        /// Images by name, unlisted ones included.
        var images: [FileName: ArtifactSlot]
        /// The slots of `ls images`, in the order of the result, which is theirs.
        var listed: [ArtifactSlot]

        /// Where a slot stands among those that are listed.
        func place(of slot: ArtifactSlot) -> Int? {
            var (low, high) = (0, listed.count)
            while low < high {
                let middle = (low + high) / 2
                if listed[middle] < slot { low = middle + 1 } else { high = middle }
            }
            return low < listed.count && listed[low] == slot ? low : nil
        }

        /// Files that were shown with another size than they have, and not looked at since.
        var misshown: Set<ArtifactSlot> = []
        /// How often what the API says of the job has changed while it was held here.
        var revision: UInt64 = 0
        /// What whoever reads `status.json` goes by, as nobody has been shown yet that there is another.
        var shownStatus: ShownStatus?
    }

    package let ordinal: JobOrdinal
    package let id: JobID
    package let facts: StoredJob
    package let phase: JobPhase
    /// The bytes of `error.txt`; nil when there is nothing to explain.
    package let explanation: [UInt8]?
    /// The API denied it, having shown it before: the last that it said of the job is something else.
    package let isGone: Bool
    private let files: Mutex<Files>

    private struct ShownStatus {
        let document: [UInt8]
        let revision: UInt64
    }

    package init(ordinal: JobOrdinal, id: JobID, facts: StoredJob, artifacts: [StoredArtifact]) {
        self.ordinal = ordinal
        self.id = id
        self.facts = facts
        phase = JobPhase(status: facts.status)
        isGone = phase == .expired && Self.phase(in: facts.statusDocument) != .expired
        explanation = facts.explanation.map { Array($0.utf8) }
        let images = artifacts.filter(\.slot.isImage)
        files = Mutex(
            Files(
                artifacts: Dictionary(artifacts.map { ($0.slot, $0) }, uniquingKeysWith: { $1 }),
                images: Dictionary(
                    images.map { (FileName($0.name), $0.slot) }, uniquingKeysWith: { first, _ in first }),
                listed: images.filter(\.isListed).map(\.slot).sorted()))
    }

    /// Nil when the index holds an id that is none.
    package convenience init?(_ tree: StoredTree) {
        guard let id = JobID(tree.job.id) else { return nil }
        self.init(ordinal: tree.ordinal, id: id, facts: tree.job, artifacts: tree.artifacts)
    }

    /// Nil when it cannot be read.
    private static func phase(in document: [UInt8]) -> JobPhase? {
        (try? JobAnswer.scan(MemoryByteSource(document))).map { JobPhase(status: $0.status) }
    }

    /// All files that are known, with and without bytes.
    package var artifacts: [StoredArtifact] { files.withLock { Array($0.artifacts.values) } }

    /// The slots of `ls images`, in the order of the result. What the API turns out not to have is not listed again.
    package var listedImages: [ArtifactSlot] { files.withLock { $0.listed } }

    /// Takes in that the API does not have an image that the result lists. False when that was known.
    func unlist(_ slot: ArtifactSlot) -> Bool {
        files.withLock { files in
            guard let place = files.place(of: slot) else { return false }
            files.listed.remove(at: place)
            files.artifacts[slot]?.isListed = false
            return true
        }
    }

    /// Files of it are in the cache, or its result lists some.
    package var hasFiles: Bool { files.withLock { $0.artifacts.values.contains { $0.isListed || $0.isStored } } }

    package func artifact(_ slot: ArtifactSlot) -> StoredArtifact? { files.withLock { $0.artifacts[slot] } }

    package func image(named name: String) -> StoredArtifact? {
        files.withLock { files in files.images[FileName(name)].flatMap { files.artifacts[$0] } }
    }

    func artifact(_ file: ArtifactKey.File) -> StoredArtifact? {
        switch file {
        case .image(let name): image(named: name.text)
        case .own(let slot): artifact(slot)
        }
    }

    /// Takes in what became known of one file. True when it had another size before, which someone may have been told.
    @discardableResult
    package func learn(_ artifact: StoredArtifact) -> Bool {
        files.withLock { files in
            let known = files.artifacts[artifact.slot]
            // Whoever learnt the size is not to undo that the bytes have come meanwhile.
            if known?.isStored == true, !artifact.isStored { return false }
            files.artifacts[artifact.slot] = artifact
            if artifact.slot.isImage { files.images[FileName(artifact.name)] = artifact.slot }
            guard let size = known?.size, size != artifact.size else { return false }
            files.misshown.insert(artifact.slot)
            return true
        }
    }

    /// Whoever reads this file may go by a wrong size: until it is looked at again.
    package func isMisshown(_ slot: ArtifactSlot) -> Bool { files.withLock { $0.misshown.contains(slot) } }

    /// A file is shown with the size that is known now.
    package func isShown(_ slot: ArtifactSlot) {
        files.withLock { files in
            if !files.misshown.isEmpty { files.misshown.remove(slot) }
        }
    }

    // MARK: The status as it goes on

    /// Takes over from what was known before. True when the API says something else by now.
    @discardableResult
    func follow(_ previous: Job) -> Bool {
        guard previous !== self else { return false }
        let hasChanged = previous.phase != phase || previous.facts.statusDocument != facts.statusDocument
        let (revision, shown) = previous.files.withLock { ($0.revision, $0.shownStatus) }
        files.withLock { files in
            files.revision = hasChanged ? revision &+ 1 : revision
            let last = ShownStatus(document: previous.facts.statusDocument, revision: revision)
            files.shownStatus = shown ?? (hasChanged ? last : nil)
        }
        return hasChanged
    }

    package var revision: UInt64 { files.withLock { $0.revision } }

    /// The revision that `status.json` was last shown with.
    package var shownRevision: UInt64 { files.withLock { $0.shownStatus?.revision ?? $0.revision } }

    /// `status.json` is shown with the size and the time that it has now.
    package func statusIsShown() { files.withLock { $0.shownStatus = nil } }

    /// The bytes of `status.json`, as it was last shown: a reader who goes by one size is not given the beginning of more.
    package var statusDocument: [UInt8] { files.withLock { $0.shownStatus?.document } ?? facts.statusDocument }

    /// As the API spells it.
    package var status: String { facts.status }

    /// When the API changed its mind last, as far as it says so.
    package var updatedAt: Timestamp? { facts.updatedAt }

    /// The result came as a link that has not been followed yet: its files are not known before.
    package var awaitsLargeResult: Bool {
        phase == .completed && facts.largeResultURL != nil && facts.explanation == nil
    }

    /// The result holds a link to what is in it, which is followed by hand alone; `error.txt` says so.
    package var holdsLink: Bool { phase == .completed && facts.largeResultURL != nil && facts.explanation != nil }

    /// The result is there to be had, and is not fetched because someone looks.
    package func isWithheld(_ policy: LargeResultPolicy) -> Bool {
        holdsLink || (policy == .manual && awaitsLargeResult)
    }

    package func blobKey(_ slot: ArtifactSlot) -> BlobKey { BlobKey(origin: facts.origin, job: id.text, slot: slot) }
}
