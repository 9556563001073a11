package import ArtifactStore
import PulseAPI
import Synchronization

/// Which version of each file readers have bytes of, and the editions of those files that have become another version since.
///
/// A reader who has bytes of one version is not to get bytes of another: so the version that takes the place of another is
/// another edition, and what is asked of an edition that is no more is refused.
package final class ShownFiles: Sendable {
    /// A file of a job.
    package struct Place: Hashable, Sendable {
        package let job: JobOrdinal
        package let slot: ArtifactSlot

        package init(_ job: JobOrdinal, _ slot: ArtifactSlot) { (self.job, self.slot) = (job, slot) }
    }

    /// What is known of a version.
    struct Version: Sendable {
        /// Hexadecimal SHA-256 of all bytes; nil until they have come.
        var sha256: String?
        /// What the server says of it; nil when this mount did not fetch it.
        var validators: Validators?
        /// The download that its bytes come by; nil when they were in the cache.
        var download: UInt64?

        func compared(with other: Version) -> Validators.Comparison {
            if let sha256, let theirs = other.sha256 { return sha256 == theirs ? .same : .different }
            if let download, download == other.download { return .same }
            guard let validators, let theirs = other.validators else { return .unknown }
            return validators.compared(with: theirs)
        }
    }

    /// Which of its versions a file is shown as.
    package enum Edition: Hashable, Sendable {
        /// None has taken its place.
        case first
        /// One that took the place of another; no other file and no other version has the number, which begins with 1.
        case replacement(UInt64)
    }

    private struct State {
        /// Of what the present editions have shown bytes of. What was not read for long is forgotten: the kernel has likely let go
        /// of its pages as well.
        var versions = GenerationCache<Place, Version>(generation: 16_384)
        /// Files that all bytes have come of, which are about to be in the cache: what is found there now is what was shown.
        var arrived: Set<Place> = []
        /// The numbers of the present editions of files that have changed, one for each such file.
        var replacements: [Place: UInt64] = [:]
        var places: [UInt64: Place] = [:]
        /// When they changed, as far as this mount has seen it.
        var changes: [Place: Timestamp] = [:]
        var last: UInt64 = 0
        var observer: (@Sendable (Place, Edition) -> Void)?
        var changeObserver: (@Sendable (Place, Timestamp) -> Void)?

        func edition(of place: Place) -> Edition { replacements[place].map { .replacement($0) } ?? .first }
    }

    private let state = Mutex(State())
    /// Most mounts never see a file change, and then nothing is looked up.
    private let hasReplaced = Atomic<Bool>(false)
    /// The same, or an earlier mount has seen one change.
    private let hasChanged = Atomic<Bool>(false)

    /// Calls `observer` with each edition that is no more, before anyone is answered. One observer.
    package func observeReplacements(_ observer: @escaping @Sendable (Place, Edition) -> Void) {
        state.withLock { $0.observer = observer }
    }

    /// Calls `observer` with each file that has become another version, and when. It must not wait for anything. One observer.
    func observeChanges(_ observer: @escaping @Sendable (Place, Timestamp) -> Void) {
        state.withLock { $0.changeObserver = observer }
    }

    /// Takes in what earlier mounts have seen to change.
    func recall(_ changes: [(place: Place, at: Timestamp)]) {
        guard !changes.isEmpty else { return }
        state.withLock { state in for change in changes { state.changes[change.place] = change.at } }
        hasChanged.store(true, ordering: .releasing)
    }

    // MARK: Editions

    /// As what a file is shown now.
    package func edition(of place: Place) -> Edition {
        guard hasReplaced.load(ordering: .acquiring) else { return .first }
        return state.withLock { $0.edition(of: place) }
    }

    /// The file that this edition is of; nil for one that is no more, or never was.
    package func place(ofReplacement number: UInt64) -> Place? {
        guard hasReplaced.load(ordering: .acquiring) else { return nil }
        return state.withLock { $0.places[number] }
    }

    /// When a file became another than it had been shown as; nil when it did not.
    package func changed(at place: Place) -> Timestamp? {
        guard hasChanged.load(ordering: .acquiring) else { return nil }
        return state.withLock { $0.changes[place] }
    }

    // MARK: Versions

    /// How a version is related to that of which bytes were shown; the same when none were.
    func compare(_ version: Version, at place: Place) -> Validators.Comparison {
        state.withLock { $0.versions.value(for: place) }.map { $0.compared(with: version) } ?? .same
    }

    /// Whether the bytes that were shown can be told by their digest alone from those of another version.
    func isKnownByDigest(_ place: Place) -> Bool {
        state.withLock { $0.versions.value(for: place)?.sha256 } != nil
    }

    /// Bytes of a version are to be shown. When others may have been, it is another edition.
    func show(_ version: Version, at place: Place) {
        let (stale, observer) = state.withLock { state -> (Edition?, (@Sendable (Place, Edition) -> Void)?) in
            guard let known = state.versions.value(for: place) else {
                state.versions.set(version, for: place)
                return (nil, nil)
            }
            let comparison = known.compared(with: version)
            let isArrival = comparison == .unknown && version.sha256 != nil && state.arrived.contains(place)
            guard comparison == .same || isArrival else {
                let stale = replace(place, &state)
                state.versions.set(version, for: place)
                return (stale, state.observer)
            }
            state.versions.set(
                Version(
                    sha256: known.sha256 ?? version.sha256, validators: known.validators ?? version.validators,
                    download: version.download ?? known.download),
                for: place)
            return (nil, nil)
        }
        if let stale { observer?(place, stale) }
    }

    /// The size that the server announced with the bytes that were shown has turned out to be wrong: it tells no version from
    /// another.
    func doubtSize(at place: Place) {
        state.withLock { state in
            guard var version = state.versions.value(for: place) else { return }
            version.validators = version.validators?.withoutSize
            state.versions.set(version, for: place)
        }
    }

    /// All bytes of what is being shown have come, and are about to be in the cache. To be followed by `complete`, by whoever
    /// alone of all processes may put the file there.
    func arrive(at place: Place) { state.withLock { _ = $0.arrived.insert(place) } }

    /// The bytes are in the cache, or not to be there. The version is that of which some were shown, if it is the same by what
    /// is known of it.
    func complete(_ version: Version?, at place: Place) {
        let isShown = state.withLock { $0.versions.value(for: place) } != nil
        if isShown, let version { show(version, at: place) }
        state.withLock { _ = $0.arrived.remove(place) }
    }

    /// The file has become another version than bytes were shown of. `update` takes back what else was known of it, before the
    /// observer hears of it: whoever had the file open may look it up again at once, and must not be told the old size.
    func replace(_ place: Place, _ update: () -> Void) {
        let (stale, observer) = state.withLock { state in (replace(place, &state), state.observer) }
        update()
        observer?(place, stale)
    }

    private func replace(_ place: Place, _ state: inout State) -> Edition {
        let stale = state.edition(of: place)
        if case .replacement(let number) = stale { state.places[number] = nil }
        state.last &+= 1
        state.replacements[place] = state.last
        state.places[state.last] = place
        let now = Timestamp.now
        state.changes[place] = now
        state.changeObserver?(place, now)
        state.versions.remove(place)
        hasReplaced.store(true, ordering: .releasing)
        hasChanged.store(true, ordering: .releasing)
        return stale
    }
}

extension ShownFiles.Version {
    /// That of a file of the cache, whoever has put it there.
    init(of blob: BlobFile) { self.init(sha256: blob.sha256, validators: blob.validators) }
}

extension BlobFile {
    /// What the server said of this version; nil when it said nothing that tells versions apart.
    var validators: Validators? {
        guard entityTag != nil || lastModified != nil else { return nil }
        return Validators(entityTag: entityTag, lastModified: lastModified, size: size)
    }
}
