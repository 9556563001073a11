import ArtifactStore
package import FUSE
package import JobCache
import Logging
package import PulseAPI
import Quantities
import Settings
import Synchronization
import System
package import SystemPackage
import Transfer

/// One mounted tree: from its configuration to its end.
package final class Mount: Sendable {
    package let session: Session
    package var mountpoint: FilePath { session.options.mountpoint }
    private let library: JobLibrary
    private let recall: KernelRecall
    /// The catalog tells it for as long as it is held here.
    private let invalidation: CatalogInvalidation
    private let opening: LibraryOpening

    /// Work that is under way when the mount ends has this long to finish. What has come of a file by then is gone on with.
    private static let grace = Duration.milliseconds(500)

    /// Loads, aside, what any mount needs of the system: that takes as long as opening the cache, and would be waited for after it.
    package static func prepare() { TransferLibrary.loadAside() }

    /// Opens the cache. `attach` makes the mount, which `serve` then answers.
    package init(_ configuration: MountConfiguration, sharing fleet: FleetStore? = nil) throws(MountFailure) {
        let limit = DescriptorPlan.limit
        guard limit >= DescriptorPlan.least else {
            throw MountFailure(
                "this process may have \(limit) files open, and a mount needs \(DescriptorPlan.least): raise the limit with: ulimit -n 1024"
            )
        }
        let events = EventLog()
        let store = try CacheOpening.open(
            configuration.cacheDirectory, limits: configuration.cacheLimits, events: events)
        // The claim has looked at the cache that is meant. A temporary one is where there is room for it.
        let (place, cache) = (configuration.mountpoint, store.directory.path)
        if cache != configuration.cacheDirectory, HandedDescriptor(place) == nil,
            let nesting = CacheNesting(mountpoint: place, cache: cache)
        {
            throw MountFailure(nesting.problem(place, cache))
        }
        opening = LibraryOpening(
            on: store, configuration.access, rules: configuration.libraryRules, events: events,
            actor: "the mount on \(configuration.mountpoint), process \(ThisProcess.identifier)", fleet: fleet)
        library = opening.library
        // The key is asked about before the mount is made. Else nobody waits for that.
        if opening.keyring.word != "good" { opening.prepare() }
        let counted = CountedSession()
        let (library, keyring, opening) = (library, opening.keyring, opening)
        let start = APITime.now
        let control = ControlFiles { file in
            switch file {
            case .version: "pulsefs \(Version.text)\n"
            case .metrics:
                counted.metrics(
                    requests: opening.scheduler.snapshot, isKeptBack: opening.isAPIKeptBack, key: keyring.word,
                    watched: library.watches.counts,
                    activity: Metrics.Activity(
                        requests: events.requests.all, repeatedRequests: opening.repeatedRequests,
                        receivedBytes: opening.scheduler.receivedBytes,
                        cache: events.cache.values, indexReads: store.indexReads,
                        residentBytes: ThisProcess.residentBytes,
                        sharing: library.sharing))
            case .jobs: keyring.isOpen ? KnownJobsList.text(library.catalog) : ""
            case .log: events.text
            case .mount:
                MountFacts(
                    of: ThisProcess.identifier, configuration, keyring, isAPIKeptBack: opening.isAPIKeptBack,
                    sharing: library.sharing, since: start
                ).text
            }
        }
        let policy = AttributePolicy(
            owner: configuration.owner, group: configuration.group, umask: configuration.settings.umask,
            mountedAt: FileTime(start))
        var options = MountOptions(
            mountpoint: configuration.mountpoint, source: "pulse:\(configuration.origin)", subtype: "pulsefs")
        options.extendedAttributes = configuration.settings.extendedAttributes
        options.allowOther = configuration.settings.allowOther
        let files = PulseFileSystem(
            library: library, keyring: keyring, policy: policy, control: control,
            crawlers: Crawlers(configuration.settings.noFetch))
        do throws(MountError) {
            session = try Session(serving: files, options: options)
            counted.session = session
            recall = KernelRecall(session, files)
            keyring.observe { [weak recall] change in recall?.begin(change) }
            let invalidation = CatalogInvalidation(session, recall, library.shown)
            self.invalidation = invalidation
            library.catalog.observe(invalidation)
            // Stale, it is looked at again before its pages are read, and before it is opened: then its path is looked up.
            library.shown.observe { [weak session] node in session?.invalidateAttributes(of: node) }
        } catch {
            throw Self.explained(error, configuration.mountpoint)
        }
    }

    /// What the API says of the key, asked for so long at most; an answer that a mount before has heard counts for as long as
    /// it does for a mount.
    package func confirmKey(within patience: Duration) async -> KeyVerdict {
        await opening.keyring.confirm(within: patience)
    }

    /// Asks the API about jobs, so that the listing has them. What cannot be asked is not in it.
    package func learn(_ jobs: [JobID]) async { for job in jobs { _ = try? await library.ask(job) } }

    /// Makes the mount. Whoever calls this has seen to it that nobody else mounts there.
    package func attach() throws(MountFailure) {
        do throws(MountError) { try session.mount() } catch { throw Self.explained(error, mountpoint) }
    }

    /// What was in the way although the ground was looked at.
    private static func explained(_ error: MountError, _ mountpoint: FilePath) -> MountFailure {
        if ThisProcess.effectiveUser == 0, error.message.contains("fusermount3") {
            return MountFailure(
                "this process may not mount, though it is root: start the container with: --cap-add SYS_ADMIN --device /dev/fuse"
            )
        }
        return MountFailure("cannot mount on \(mountpoint): \(error)")
    }

    /// Answers the kernel until the mount ends. Blocks the calling thread.
    package func serve() {
        let clock = MountClock(library, opening.keyring, session)
        let memory = MemoryTrim()
        opening.prepare()
        library.beginAudit()
        session.run()
        memory.stop()
        clock.stop()
        recall.stop()
    }

    /// Ends the mount, from any thread; `serve` returns soon after.
    package func end() {
        recall.stop()
        session.endNotifications()
        do throws(Errno) { try session.unmount() } catch {
            MountLog.mount.warning("the mount could not be detached", metadata: ["reason": "\(error)"])
            session.abort()
        }
    }

    /// Lets what is under way come to an end. Call it when `serve` has returned.
    ///
    /// A result that can be fetched only once has as long as it takes: `waiting` is called about once a second with how many
    /// such there are.
    package func close(waiting: @escaping @Sendable (Int) -> Void = { _ in }) async {
        await opening.close(grace: Self.grace, waiting: waiting)
    }
}

/// The way from the control files to the session that serves them, which is made after them.
private final class CountedSession: Sendable {
    private let held = Mutex<WeakSession>(WeakSession())

    private struct WeakSession {
        weak var session: Session?
    }

    var session: Session? {
        get { held.withLock { $0.session } }
        set { held.withLock { $0.session = newValue } }
    }

    func metrics(
        requests: RequestScheduler.Snapshot, isKeptBack: Bool, key: String, watched: (jobs: Int, waiters: Int),
        activity: Metrics.Activity
    ) -> String {
        guard let session else { return "# EOF\n" }
        return Metrics.text(
            session.counters, waiting: session.waiting, requests: requests, isKeptBack: isKeptBack, key: key,
            watched: watched, activity: activity)
    }
}
