import GRDB
import System
import SystemPackage

/// What a look at the index of a cache has found. Nothing is made again or set aside.
package enum IndexInspection: Sendable, Hashable {
    case absent
    case whole(jobs: Int)
    /// Made by a newer program.
    case newer
    /// It is set aside and made again from the blobs by whoever opens the cache next.
    case damaged(String)
    /// It may be whole: the disk, its rights, or another process did not let it be read.
    case unreadable(String)

    /// Of a larger one only what is needed to open it is read.
    private static let longestCheck: UInt64 = 32 << 20

    /// Blocks on the disk.
    init(of path: FilePath) {
        do throws(StoreError) { for file in Index.files(of: path) { try CacheFile.check(file) } } catch {
            self = .unreadable(error.message)
            return
        }
        guard let size = FileFacts(of: path)?.size, size > 0 else {
            self = .absent
            return
        }
        do {
            // Not `readonly`, which cannot end a log that a process left behind, and leaves one itself where there was none.
            var configuration = Configuration()
            configuration.busyMode = .timeout(2)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = 1") }
            let queue = try DatabaseQueue(path: path.string, configuration: configuration)
            self = try queue.read { try Self.look(at: $0, isCheckedWhole: size <= Self.longestCheck) }
        } catch let error as DatabaseError {
            self = Self.outcome(of: error)
        } catch {
            self = .unreadable("\(error)")
        }
    }

    private static func look(at database: Database, isCheckedWhole: Bool) throws -> IndexInspection {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= IndexLayout.version else { return .newer }
        // One of an older version is brought up to date when it is opened.
        if version == IndexLayout.version, try IndexLayout.statements(database) != (try IndexLayout.expected) {
            return .damaged("the tables are not those of an index")
        }
        if isCheckedWhole, let said = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), said != "ok" {
            return .damaged(said)
        }
        return .whole(jobs: try Int.fetchOne(database, sql: "SELECT count(*) FROM job") ?? 0)
    }

    private static func outcome(of error: DatabaseError) -> IndexInspection {
        let words = error.message ?? "\(error.resultCode)"
        return switch error.resultCode.primaryResultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_ERROR, .SQLITE_SCHEMA: .damaged(words)
        default: .unreadable(words)
        }
    }

    /// The version of SQLite that is in use.
    package static var libraryVersion: String {
        let version = try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
        return (version ?? nil) ?? "unknown"
    }
}
