import ArtifactStore
import Dispatch
import FUSE
import JobCache
import Logging
import PulseAPI
import Synchronization
import SystemPackage

/// Takes back what the kernel holds of jobs when the key that read them is refused or replaced.
///
/// Works on a thread of its own and holds no lock: dropping a name waits in the kernel for those who look names up in the
/// same directory, and they wait for us. Pages are not dropped, as that waits for their readers: a node without attributes
/// is asked for before its pages are read, through descriptors opened long before as well. Only what takes pages without
/// read(2), which is mmap(2), sendfile(2) and splice(2) on such a descriptor, still gets those that the kernel has.
final class KernelRecall: Sendable {
    private let session: Session
    private let files: PulseFileSystem
    private let queue = DispatchQueue(label: "pulsefs.recall")
    private let isStopped = Atomic<Bool>(false)

    /// An answer given just before may reach the kernel just after its node was recalled: so all is done once more.
    private static let stragglers = DispatchTimeInterval.seconds(1)

    init(_ session: Session, _ files: PulseFileSystem) {
        self.session = session
        self.files = files
    }

    /// Returns at once.
    func begin(_ change: Keyring.Change) {
        queue.async { self.perform(change) }
        guard change != .opened else { return }
        queue.asyncAfter(deadline: .now() + Self.stragglers) { self.perform(change) }
    }

    /// Takes back the names of jobs that are known no more. Returns at once: whoever calls may be answering a lookup in the
    /// same directory, for which the kernel would wait before it drops a name.
    func forget(_ ids: [JobID]) {
        guard !ids.isEmpty else { return }
        queue.async {
            for id in ids where !self.isStopped.load(ordering: .relaxed) {
                // A name that the kernel does not hold is what was wanted.
                try? self.session.invalidate(id.text, in: Node.jobs.id)
            }
        }
    }

    /// Takes back what the kernel holds of one job: its directories have another listing now, and some of these files may be
    /// gone. Takes no lock in the kernel, so that whoever is being answered may call it.
    func recall(_ job: JobOrdinal, _ slots: Set<ArtifactSlot>) {
        recallAttributes(of: job, slots)
        queue.asyncAfter(deadline: .now() + Self.stragglers) {
            if !self.isStopped.load(ordering: .relaxed) { self.recallAttributes(of: job, slots) }
        }
    }

    /// Takes back the listings of a job's directory and of its images. Returns at once.
    func recallListings(of job: JobOrdinal) {
        queue.async {
            for node in [Node.job(job), .images(job)] where !self.isStopped.load(ordering: .relaxed) {
                self.session.invalidateListing(of: node.id)
            }
        }
    }

    /// Begins nothing more.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func perform(_ change: Keyring.Change) {
        if isStopped.load(ordering: .relaxed) { return }
        switch change {
        case .closed:
            recallAttributes()
            // Whoever waits for the API has no reason to any more, and would hold up what follows.
            session.cancelWaiting()
            recallNames()
        // Names stay: another key of the same organisation reads the same jobs, and what it may not read is refused by node.
        case .replaced: recallAttributes()
        // While it was closed nothing was given that the kernel could keep, except for the date of the listing.
        case .opened: session.invalidateAttributes(of: Node.jobs.id)
        }
    }

    private func recallAttributes() {
        // The directory has another date now, so that the listing of it which the kernel keeps is out of date.
        session.invalidateAttributes(of: Node.jobs.id)
        forEachJob { ordinal, tree in recallAttributes(of: ordinal, Set((tree?.artifacts ?? []).map(\.slot))) }
    }

    private func recallAttributes(of ordinal: JobOrdinal, _ slots: Set<ArtifactSlot>) {
        session.invalidateAttributes(of: Node.job(ordinal).id)
        session.invalidateAttributes(of: Node.images(ordinal).id)
        for slot in slots.union(ArtifactKind.all.map(\.slot)) {
            session.invalidateAttributes(of: files.library.shown.node(of: .init(ordinal, slot)))
        }
    }

    private func recallNames() {
        forEachJob { ordinal, _ in
            // A name that the kernel does not hold is what was wanted.
            guard let id = (try? files.library.catalog.id(of: ordinal)) ?? nil else { return }
            try? session.invalidate(id.text, in: Node.jobs.id)
        }
    }

    private func forEachJob(_ body: (JobOrdinal, StoredTree?) -> Void) {
        for ordinal in files.handedOut.ordinals {
            if isStopped.load(ordering: .relaxed) { return }
            do throws(StoreError) { body(ordinal, try files.library.store.tree(ordinal)) } catch {
                MountLog.cache.warning(
                    "the kernel may keep files of a job that is closed", metadata: ["reason": "\(error)"])
                body(ordinal, nil)
            }
        }
    }
}
