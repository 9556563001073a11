import ArtifactStore
import PulseTestSupport
import Synchronization
import Testing

@testable import JobCache
@testable import PulseAPI

/// What the readers of a file on its way in get, and when.
@Suite("A download", .timeLimit(.minutes(1)))
struct DownloadTests {
    private static let bytes: [UInt8] = Array(0..<100)

    private final class Calls: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    private static func with(
        _ wish: Download.Wish = .bytes, changes: Calls = Calls(), _ body: (Download) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let download = Download(into: store, for: wish, whenChanged: { changes.add() })
            try await download.open()
            try await body(download)
            await store.close()
        }
    }

    private static func offer(_ bytes: [UInt8], at position: UInt64, to download: Download) async throws {
        // Room in the cache is found by another task.
        while try !download.take(bytes.span.bytes, at: position) { await Task.yield() }
    }

    /// The answer to a request for all of the file begins.
    private static func begin(_ download: Download, size: Int? = 100, tag: String? = "\"a\"") throws {
        _ = try download.accept(ServedFile.head(of: size, tag: tag), for: .whole, from: 0)
    }

    @Test("a reader gets what it waits for when it has come, and no later")
    func reading() async throws {
        try await Self.with { (download) async throws in
            try Self.begin(download)
            #expect(try await download.size() == 100)
            let reader = Task { try await download.bytes(in: 10..<30) }
            try await Self.offer(Array(Self.bytes[0..<30]), at: 0, to: download)
            #expect(try await reader.value == 30)
            #expect(download.received == 30 && download.isRead && !download.isComplete)
            try await Self.offer(Array(Self.bytes[30...]), at: 30, to: download)
            #expect(download.isComplete)
            // There is no more than there is.
            #expect(try await download.bytes(in: 90..<1_000) == 100)
            #expect(try await download.bytes(in: 200..<300) == 100)
        }
    }

    @Test("a reader that leaves is told so, and the others and the download stay")
    func leaving() async throws {
        try await Self.with { (download) async throws in
            try Self.begin(download)
            let (stays, leaves) = (
                Task { try await download.bytes(in: 0..<100) }, Task { try await download.bytes(in: 0..<100) }
            )
            leaves.cancel()
            await #expect { try await leaves.value } throws: { ($0 as? Failure)?.reason == .interrupted }
            #expect(download.failure == nil)
            try await Self.offer(Self.bytes, at: 0, to: download)
            #expect(try await stays.value == 100)
        }
    }

    @Test("a size that is not announced is known at the end")
    func unannounced() async throws {
        try await Self.with { (download) async throws in
            try Self.begin(download, size: nil)
            let size = Task { try await download.size() }
            try await Self.offer(Self.bytes, at: 0, to: download)
            #expect(download.knownSize == nil && !download.isComplete)
            try download.end(at: 100)
            #expect(try await size.value == 100)
            #expect(download.isComplete)
            #expect(throws: Download.Refusal.self) { try download.end(at: 50) }
        }
    }

    @Test("bytes that come again are compared with those that came before")
    func again() async throws {
        try await Self.with { (download) async throws in
            try Self.begin(download)
            try await Self.offer(Array(Self.bytes[0..<40]), at: 0, to: download)
            try await Self.offer(Array(Self.bytes[20..<60]), at: 20, to: download)
            #expect(download.received == 60)
            await #expect(throws: Download.Refusal.self) { try await Self.offer([1, 2, 3], at: 50, to: download) }
            #expect(download.received == 60)
        }
    }

    @Test("an answer of another version is not taken, whether it carries a part or all")
    func versions() async throws {
        try await Self.with { (download) async throws in
            try Self.begin(download)
            try await Self.offer(Array(Self.bytes[0..<40]), at: 0, to: download)
            for head in [
                ServedFile.head(of: 100, 40..<100, tag: "\"b\""), ServedFile.head(of: 100, tag: "\"b\""),
                ServedFile.head(of: 99, 40..<99),
            ] {
                #expect {
                    _ = try download.accept(head, for: .part(40..<100), from: 40)
                } throws: { error in
                    if case .changed? = error as? Download.Refusal { true } else { false }
                }
            }
            _ = try download.accept(ServedFile.head(of: 100, 40..<100), for: .part(40..<100), from: 40)
        }
    }

    @Test("that the file has changed is said once, and only if somebody has bytes of it", arguments: [true, false])
    func changes(isRead: Bool) async throws {
        let changes = Calls()
        try await Self.with(changes: changes) { (download) async throws in
            try Self.begin(download)
            try await Self.offer(Array(Self.bytes[0..<40]), at: 0, to: download)
            if isRead { _ = try await download.bytes(in: 0..<10) }
            download.fail(.changed)
            download.fail(.changed)
            #expect(changes.value == (isRead ? 1 : 0))
            #expect(download.isOutdated && !download.join(for: .bytes))
        }
    }

    @Test("the first failure is what all readers are told")
    func failures() async throws {
        try await Self.with { (download) async throws in
            try Self.begin(download)
            let reader = Task { try await download.bytes(in: 0..<100) }
            download.fail(Failure(.serverError, "first"))
            download.fail(Failure(.timedOut, "second"))
            await #expect { try await reader.value } throws: { ($0 as? Failure)?.words == "first" }
            #expect(download.failure?.reason == .serverError)
            // What has come before can be read nevertheless; a new reader needs another download.
            #expect(!download.join(for: .bytes))
        }
    }

    @Test(
        "a large file of which only the size is wanted is given up with its head, and a reader needs another download")
    func sizeAlone() async throws {
        try await Self.with(.size) { (download) async throws in
            #expect {
                try Self.begin(download, size: 4 << 20)
            } throws: { error in
                if case .givenUp? = error as? Download.Refusal { true } else { false }
            }
            #expect(try await download.size() == 4 << 20)
            #expect(download.join(for: .size) && !download.join(for: .bytes))
        }
    }

    @Test("a small one comes all the same, and a reader joins it")
    func smallSize() async throws {
        try await Self.with(.size) { (download) async throws in
            try Self.begin(download)
            #expect(!download.isWanted && download.join(for: .bytes) && download.isWanted)
            try await Self.offer(Self.bytes, at: 0, to: download)
            #expect(download.isComplete)
        }
    }

    @Test("what was fetched ahead is given up unless somebody wants it")
    func abandoned() async throws {
        try await Self.with(.ahead) { (download) async throws in
            try Self.begin(download)
            #expect(download.abandon())
            #expect(!download.join(for: .bytes))
        }
        try await Self.with(.ahead) { (download) async throws in
            try Self.begin(download)
            #expect(download.join(for: .bytes) && !download.abandon())
            try await Self.offer(Self.bytes, at: 0, to: download)
            #expect(download.isComplete)
        }
    }

    @Test("a file that was named comes with its first bytes, and the rest waits for a reader")
    func named() async throws {
        try await Self.with(.beginning) { (download) async throws in
            try Self.begin(download, size: 4 << 20)
            #expect(download.isResting)
            let piece = [UInt8](repeating: 7, count: 256 << 10)
            try await Self.offer(piece, at: 0, to: download)
            let resumed = Calls()
            let isTaken = try download.take(piece.span.bytes, at: UInt64(piece.count), whenReady: { resumed.add() })
            #expect(!isTaken)
            #expect(download.hasRested(until: .now + .seconds(60)) && !download.hasRested(until: .now - .seconds(60)))
            #expect(download.join(for: .bytes))
            #expect(resumed.value == 1 && !download.isResting)
            try await Self.offer(piece, at: UInt64(piece.count), to: download)
            #expect(download.received == 512 << 10)
        }
    }

    @Test("no two downloads have one number")
    func numbers() async throws {
        try await Self.with { (first) async throws in
            try await Self.with { (second) async throws in #expect(first.number != second.number) }
        }
    }
}
