import Foundation
import GRDB
import Synchronization
import System
import SystemPackage

/// The facts of a cache, in SQLite: jobs, their artifacts, and who may read them.
///
/// Reads are synchronous: a few microseconds from the page cache, on whatever thread asks. Writes are short transactions
/// on the library's own queue. Several processes may use one index (WAL). A row that is not what was written is no row,
/// and a file that is no database any more is set aside and begun anew: blobs say what they are.
final class Index: Sendable {
    private struct Opened {
        let pool: DatabasePool
        let file: FileIdentity?
    }

    private let directory: CacheDirectory
    private let readers: Int
    private let opened: Mutex<Opened>
    /// The index was not there, or not usable, and holds nothing but what was entered since.
    private let fresh: Mutex<Bool>
    /// How often it was read.
    let reads = Atomic<UInt64>(0)

    /// `readers` read at a time at the most.
    init(in directory: CacheDirectory, readers: Int = StoreDescriptors.standard.indexReaders) throws(StoreError) {
        self.directory = directory
        self.readers = readers
        let (pool, isFresh) = try Self.locked(directory) { () throws(StoreError) in try Self.open(directory, readers) }
        opened = Mutex(Opened(pool: pool, file: FileIdentity(of: directory.index)))
        fresh = Mutex(isFresh)
    }

    var pool: DatabasePool { opened.withLock { $0.pool } }

    /// Whether the index began empty; says so once, to whoever fills it again.
    func takeFreshness() -> Bool {
        fresh.withLock { fresh in
            defer { fresh = false }
            return fresh
        }
    }

    // MARK: Opening

    private static func open(
        _ directory: CacheDirectory, _ readers: Int
    ) throws(StoreError) -> (DatabasePool, isFresh: Bool) {
        // Not told is not gone: the log of an index that is there has what was entered last.
        let facts = try StoreError.system("look at \(directory.index)") { try FileFacts.ofFile(at: directory.index) }
        let wasThere = (facts?.size ?? 0) > 0
        // The log of an index that is gone belongs to no other.
        if !wasThere { for file in companions(of: directory.index) { file.unlink() } }
        do {
            return (try connect(to: directory.index, readers), !wasThere)
        } catch let error as DatabaseError where error.isDamage {
            guard try isDamaged(directory.index, after: error) else {
                do { return (try connect(to: directory.index, readers), !wasThere) } catch { throw failure(error) }
            }
            try setAside(directory)
        } catch {
            throw failure(error)
        }
        do { return (try connect(to: directory.index, readers), true) } catch { throw failure(error) }
    }

    /// Whether what SQLite calls damage is on the disk: it says the same of one read that failed (`SQLITE_IOERR_CORRUPTFS`).
    /// Reads the whole file.
    private static func isDamaged(_ path: FilePath, after error: DatabaseError) throws(StoreError) -> Bool {
        // Rows that contradict each other are none that a look at the file would find.
        guard error.isOfFile else { return true }
        do {
            return try connect(to: path, 1).read { try String.fetchAll($0, sql: "PRAGMA integrity_check(1)") } != ["ok"]
        } catch let error as DatabaseError where error.isDamage {
            return true
        } catch {
            throw failure(error)
        }
    }

    private static func connect(to path: FilePath, _ readers: Int) throws -> DatabasePool {
        do {
            return try connectOnce(to: path, readers)
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_READONLY {
            // It could be opened for writing the moment before.
            return try connectOnce(to: path, readers)
        }
    }

    private static func connectOnce(to path: FilePath, _ readers: Int) throws -> DatabasePool {
        // SQLite would make it, and its companions, with the mode that the umask leaves.
        try StoreError.system("make \(path)") {
            try CacheFile.open(path, .readWrite, options: .create).close()
            for file in companions(of: path) + [FilePath("\(path)-journal")] { try CacheFile.check(file) }
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        let pool = try DatabasePool(path: path.string, configuration: configuration)
        // Where a file cannot be opened for writing, if only that once, SQLite opens it for reading, for good and without a word.
        try pool.writeWithoutTransaction { try $0.inTransaction(.immediate) { .rollback } }
        do { try bringUpToDate(pool, path) } catch let error as RowDecodingError {
            // A value of another type than its column has, where GRDB reads by itself.
            throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "\(error)")
        }
        return pool
    }

    /// Makes the tables what this program reads; throws when they are a newer one's, or no index's.
    private static func bringUpToDate(_ pool: DatabasePool, _ path: FilePath) throws {
        let migrator = IndexLayout.migrator
        if try pool.read(migrator.hasBeenSuperseded) {
            // A newer program says so in two places; one of them alone is damage.
            guard try pool.read({ try Int.fetchOne($0, sql: "PRAGMA user_version") }) ?? 0 > IndexLayout.version else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the version of the index is none")
            }
            throw StoreError(
                .refused, "\(path) was made by a newer version of pulsefs; name another cache with --cache-dir")
        }
        try migrator.migrate(pool)
        // Tables that say something else than ours would be read wrongly.
        guard try pool.read(IndexLayout.statements) == (try IndexLayout.expected) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the tables are not those of an index")
        }
    }

    /// The database and its log.
    static func files(of path: FilePath) -> [FilePath] { [path] + companions(of: path) }

    private static func companions(of path: FilePath) -> [FilePath] {
        ["-wal", "-shm"].map { FilePath("\(path)\($0)") }
    }

    /// Throws when the disk does not give all of a file, which says nothing about what was written: whoever uses the index
    /// tries again later. The next to open it puts another in its place if it still cannot be read.
    private static func readThrough(_ path: FilePath) throws(StoreError) {
        try StoreError.system("read \(path)") {
            guard try FileFacts.ofFile(at: path) != nil else { return }
            let file = try CacheFile.open(path, .readOnly)
            try file.closeAfter {
                var buffer = [UInt8](repeating: 0, count: 1 << 18)
                while try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }) > 0 {}
            }
        }
    }

    private static func setAside(_ directory: CacheDirectory) throws(StoreError) {
        var generator = SystemRandomNumberGenerator()
        let mark = String(generator.next(), radix: 36)
        // The log first: it must not become that of the index that is made next.
        for file in files(of: directory.index).reversed() {
            let name = file.lastComponent?.string ?? "index"
            try StoreError.system("set the damaged \(file) aside") {
                guard try FileFacts.ofFile(at: file) != nil else { return }
                try file.rename(to: directory.quarantine.appending("\(mark)-\(name)"))
            }
        }
    }

    /// Opening an index takes milliseconds, making one a second at most.
    private static let lockLimit = Duration.seconds(10)

    /// Runs `body` while no other process opens or replaces the index.
    private static func locked<Value>(
        _ directory: CacheDirectory, _ body: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let file = try StoreError.system("make \(directory.indexLock)") {
            try CacheFile.open(directory.indexLock, .readWrite, options: .create)
        }
        defer { try? file.close() }
        let isLocked = try StoreError.system("lock \(directory.indexLock)") {
            try file.lockExclusively(within: lockLimit)
        }
        guard isLocked else {
            let holder = LockHolder(ofFileAt: directory.indexLock).map { "\($0)" } ?? "another process"
            throw StoreError(
                .index, "\(holder) keeps the index of the cache locked: let it go on (kill -CONT), or end it",
                cause: .timedOut)
        }
        return try body()
    }

    /// Puts a new index in the place of a damaged one, unless someone has done so meanwhile; opens one anew that is not damaged.
    private func replace(_ damaged: DatabasePool, after error: DatabaseError) throws(StoreError) {
        try Self.locked(directory) { () throws(StoreError) in
            let known = opened.withLock { $0 }
            guard known.pool === damaged else { return }
            let named = try StoreError.system("look at \(directory.index)") {
                try FileIdentity.ofFile(at: directory.index)
            }
            // Else another process was quicker: what has the name now is new.
            if known.file == named {
                for file in Self.files(of: directory.index) { try Self.readThrough(file) }
                if try Self.isDamaged(directory.index, after: error) { try Self.setAside(directory) }
            }
            let (pool, isFresh) = try Self.open(directory, readers)
            opened.withLock { $0 = Opened(pool: pool, file: FileIdentity(of: directory.index)) }
            if isFresh { fresh.withLock { $0 = true } }
        }
    }

    // MARK: Using

    /// Reads on the calling thread.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        reads.wrappingAdd(1, ordering: .relaxed)
        let pool = pool
        do { return try pool.read(body) } catch let error as DatabaseError where error.isDamage {
            try replace(pool, after: error)
        } catch {
            throw Self.failure(error)
        }
        do { return try self.pool.read(body) } catch { throw Self.failure(error) }
    }

    /// Writes in one transaction.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(StoreError)
        -> Value
    {
        let pool = pool
        do { return try await pool.write(body) } catch let error as DatabaseError where error.isDamage {
            try replace(pool, after: error)
        } catch {
            throw Self.failure(error)
        }
        do { return try await self.pool.write(body) } catch { throw Self.failure(error) }
    }

    private static func failure(_ error: any Error) -> StoreError {
        if let error = error as? StoreError { return error }
        if let cause = (error as? DatabaseError)?.systemCause {
            return StoreError(.system, "cannot use the index of the cache", cause: cause)
        }
        // The library looks at its files with Foundation.
        if let cause = (error as? CocoaError)?.underlying as? POSIXError {
            return StoreError(.system, "cannot use the index of the cache", cause: Errno(rawValue: cause.code.rawValue))
        }
        return StoreError(.index, "the index of the cache failed: \(error)")
    }
}

extension DatabaseError {
    /// The file is not, or not any more, what SQLite wrote. The statements are ours and right, so an error in one is an error
    /// in the tables it speaks of.
    fileprivate var isDamage: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_ERROR, .SQLITE_SCHEMA, .SQLITE_MISMATCH: true
        // Rows that are in nobody's way when all is well.
        case .SQLITE_CONSTRAINT: true
        default: false
        }
    }

    /// It is about the file as a whole, not about what rows say.
    fileprivate var isOfFile: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: false
        default: true
        }
    }

    /// The system's reason, when it is the disk that refused.
    fileprivate var systemCause: Errno? {
        // The file that its users share in memory cannot grow: SQLite says no more of why.
        if extendedResultCode == .SQLITE_IOERR_SHMSIZE { return .noSpace }
        return switch resultCode.primaryResultCode {
        case .SQLITE_FULL: .noSpace
        case .SQLITE_READONLY: .readOnlyFileSystem
        case .SQLITE_CANTOPEN, .SQLITE_PERM: .permissionDenied
        case .SQLITE_IOERR: .ioError
        default: nil
        }
    }
}
