import ArtifactStore
import FUSE
import JobCacheTestSupport
import PulseAPI
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import Quantities
import SystemPackage
import Testing
import Transfer

@testable import JobCache
@testable import PulseFS
@testable import Settings

/// A library on a cache directory and the tree above it, as a mount has them, but asked by the test instead of a kernel.
final class TestTree: Sendable {
    let library: JobLibrary
    let keyring: Keyring
    let files: PulseFileSystem
    private let clock: StillClock
    static func caller(_ thread: Int32 = 0) -> Caller { Caller(thread: thread, user: 0, group: 0) }

    private init(library: JobLibrary, keyring: Keyring, clock: StillClock, crawlers: Crawlers) {
        self.library = library
        self.clock = clock
        self.keyring = keyring
        let control = ControlFiles { [library] file in
            switch file {
            case .jobs: KnownJobsList.text(library.catalog)
            case .log: library.events.text
            default: "\(file.name)\n"
            }
        }
        files = PulseFileSystem(
            library: library, keyring: keyring,
            policy: AttributePolicy(owner: 7, group: 8, mountedAt: FileTime(seconds: 1000)),
            control: control, crawlers: crawlers)
    }

    static let northwind = "pulse-demo-northwind-1"
    static let secondNorthwind = "pulse-demo-northwind-2"
    static let contoso = "pulse-demo-contoso-1"

    /// A tree on this cache, asking this address, and nothing twice unless `persistence` says so, until `body` ends. What is under way then is finished and kept.
    static func with<Value: Sendable>(
        _ address: String, cache: FilePath, key: String = northwind, keyFile: FilePath? = nil,
        rules: KeyRules = KeyRules(), clock: StillClock = StillClock(),
        scheduler: RequestScheduler = RequestScheduler(), parts: PartGeometry = .standard,
        onExpiry: ExpiryPolicy = .keep, crawlers: Crawlers = Crawlers([]),
        persistence: Persistence = .once, fleet: FleetStore? = nil,
        _ body: (TestTree) async throws -> Value
    ) async throws -> Value {
        let origin = try #require(APIOrigin(address))
        let secret = try #require(APIKey(key))
        let store = try ArtifactStore(at: cache)
        let engine = TransferEngine(.init(userAgent: "pulsefs-tests"))
        let events = EventLog(now: { clock.date })
        store.observe { events.record($0) }
        let keyring = Keyring(
            secret, from: keyFile.map { KeySupply.file($0) }, store: store, origin: origin, rules: rules,
            events: events, time: LibraryTime(clock: { clock.now }))
        let client = PulseClient(
            origin: origin, engine: engine, scheduler: scheduler, persistence: persistence, keys: keyring,
            observer: { events.note($0) })
        keyring.ask(client)
        var choices = LibraryRules()
        choices.onExpiry = onExpiry
        let library = JobLibrary(
            JobFetcher.Ground(
                client: client, store: store, keyring: keyring, events: events, actor: "a test",
                tier: fleet.map { FleetTier($0, origin: origin.description, store: store, events: events) } ?? NoTier()),
            rules: choices, geometry: parts,
            time: LibraryTime(
                clock: { clock.now }, sleep: { try await clock.sleep(until: $0) }, now: { clock.date }))
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(
                try await body(TestTree(library: library, keyring: keyring, clock: clock, crawlers: crawlers)))
        } catch {
            outcome = .failure(error)
        }
        await keyring.close(grace: .zero)
        await library.close(grace: .seconds(5))
        await engine.shutDown()
        return try outcome.get()
    }

    /// A tree on a cache of its own, and the emulator it asks.
    static func with<Value: Sendable>(
        _ configuration: EmulatorConfiguration = EmulatorConfiguration(), key: String = northwind,
        clock: StillClock = StillClock(), scheduler: RequestScheduler = RequestScheduler(),
        parts: PartGeometry = .standard, onExpiry: ExpiryPolicy = .keep,
        crawlers: Crawlers = Crawlers([]), persistence: Persistence = .once,
        _ body: (TestTree, Emulator) async throws -> Value
    ) async throws -> Value {
        // Whoever shuts the emulator down finds nobody else at its port.
        let port = try ReservedPort()
        defer { withExtendedLifetime(port) {} }
        var configuration = configuration
        configuration.port = port.number
        return try await ScratchDirectory.with { [configuration] (scratch) async throws in
            try await Emulator.with(configuration) { (emulator) async throws in
                try await with(
                    emulator.baseURL, cache: scratch.appending("cache"), key: key, clock: clock, scheduler: scheduler,
                    parts: parts, onExpiry: onExpiry, crawlers: crawlers, persistence: persistence
                ) { (tree) async throws in
                    try await body(tree, emulator)
                }
            }
        }
    }

    // MARK: Asking

    /// The entry at a path below the root; nil when a name on the way is absent. Throws the `Errno` of a failure.
    func lookup(_ path: String, by thread: Int32 = 0) async throws -> Entry? {
        var node = NodeID.root
        var entry: Entry?
        for name in path.split(separator: "/") {
            guard case .found(let found) = try await answer(String(name), in: node, by: thread).resolved() else {
                return nil
            }
            entry = found
            node = found.attributes.node
        }
        return entry
    }

    func answer(_ name: String, in directory: NodeID, by thread: Int32 = 0) -> Answer<LookupReply> {
        files.lookup(name, in: directory, for: Self.caller(thread))
    }

    func answer(_ name: String, in node: Node) -> Answer<LookupReply> { answer(name, in: node.id) }

    func node(
        _ path: String, by thread: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> NodeID {
        let entry = try await lookup(path, by: thread)
        return try #require(entry, "\(path) is absent", sourceLocation: sourceLocation).attributes.node
    }

    /// What a lookup of a path fails with; ENOENT for an absence.
    func failure(_ path: String) async -> Errno? {
        do {
            return try await lookup(path) == nil ? .noSuchFileOrDirectory : nil
        } catch {
            return error as? Errno
        }
    }

    /// `isOpen`: for whoever reads it.
    func getattr(_ node: NodeID, isOpen: Bool = false) async throws -> FileAttributes {
        try await files.getattr(node, isOpen: isOpen, for: Self.caller()).resolved().attributes
    }

    /// What poll(2) on a file says of being readable.
    func isReady(_ node: NodeID, by thread: Int32 = 0) async throws -> Bool {
        try await files.poll(node, .readable, waiting: nil, for: Self.caller(thread)).resolved() == .readable
    }

    func names(_ path: String, by thread: Int32 = 0) async throws -> [String] {
        try await entries(path, by: thread).map(\.name)
    }

    func entries(_ path: String, limit: Int = 7, by thread: Int32 = 0) async throws -> [DirectoryEntry] {
        let node = path.isEmpty ? NodeID.root : try await node(path)
        var entries: [DirectoryEntry] = []
        while true {
            let page = try await files.readdir(
                node, after: entries.last?.cookie ?? .start, limit: limit, for: Self.caller(thread)
            ).resolved()
            #expect(page.count <= limit)
            if page.isEmpty { return entries }
            entries += page
        }
    }

    func answer(read node: NodeID, at offset: UInt64, count: Int, by thread: Int32 = 0) -> Answer<ReadReply> {
        files.read(node, at: offset, count: count, for: Self.caller(thread))
    }

    func read(_ node: NodeID, at offset: UInt64, count: Int, by thread: Int32 = 0) async throws -> [UInt8] {
        try await Self.bytes(of: try await answer(read: node, at: offset, count: count, by: thread).resolved())
    }

    static func bytes(of reply: ReadReply) async throws -> [UInt8] {
        switch reply {
        case .bytes(let bytes): return bytes
        case .file(let file, let offset, let count): return try read(file, offset, count)
        case .checked(let file, let offset, let count, let otherwise):
            let bytes = try read(file, offset, count)
            if bytes.withUnsafeBytes({ file.isIntact($0, at: offset) }) { return bytes }
            return try await Self.bytes(of: try await otherwise())
        }
    }

    private static func read(_ file: any OpenFile, _ offset: UInt64, _ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try bytes.withUnsafeMutableBytes {
            try file.descriptor.read(fromAbsoluteOffset: Int64(offset), into: $0)
        }
        // The session gives EIO for this.
        guard got == count else { throw Errno.ioError }
        return bytes
    }

    /// The whole file at a path, read in pieces until it ends.
    func content(
        _ path: String, by thread: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [UInt8] {
        let node = try await node(path, by: thread, sourceLocation: sourceLocation)
        var content: [UInt8] = []
        while true {
            let piece = try await read(node, at: UInt64(content.count), count: 128 * 1024, by: thread)
            if piece.isEmpty { return content }
            content += piece
        }
    }

    func text(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let bytes = try await content(path, sourceLocation: sourceLocation)
        return try #require(String(validating: bytes, as: UTF8.self), sourceLocation: sourceLocation)
    }

    /// The job as the library knows it.
    func job(_ id: String) async throws -> Job? { try library.catalog.job(try #require(JobID(id))) }

    // MARK: Time and disk

    /// Makes what is known of a running job as old as if nobody had looked for a minute.
    func age(_ id: String) throws {
        let id = try #require(JobID(id))
        let job = try #require(try library.catalog.job(id))
        library.catalog.put(job, for: keyring.inUse, changed: true, at: clock.now - .seconds(60))
    }

    /// The files of the cache that hold content, whole or on the way.
    var cachedFiles: [String] {
        get async throws {
            let cache = library.store.directory.path.string
            return try await Shell.run("find \"$1\"/blobs \"$1\"/spool -type f", [cache]).lines
        }
    }
}

extension Emulator {
    /// How many requests of this pattern have come; of one method, if that is named.
    func count(_ pattern: RequestPattern = .any, method: String? = nil) -> Int {
        requests(matching: pattern).count { method == nil || $0.method == method }
    }

    /// How often each path was fetched.
    var fetchCounts: [String: Int] {
        requests().reduce(into: [:]) { if $1.method == "GET" { $0[$1.path, default: 0] += 1 } }
    }
}

extension Persistence {
    /// Asks once, and has time enough for a machine that is busy with other tests.
    static let once = Persistence(RetryPolicy(budget: .seconds(300), asksOnce: true))
}
