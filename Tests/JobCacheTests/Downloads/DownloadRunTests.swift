import ArtifactStore
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing
import Transfer

@testable import JobCache
@testable import PulseAPI

/// What is asked for, and how often, to bring the bytes of one file.
@Suite("The run of a download", .timeLimit(.minutes(1)))
struct DownloadRunTests {
    private static let geometry = PartGeometry(leastSize: 1_000, partSize: 1_000, width: 4, greatestWidth: 6)

    private struct Outcome {
        let download: Download
        let pauses: Int
        let changes: Int
        /// What is in the download's file.
        let bytes: [UInt8]
    }

    /// Runs a download to its end. `isRead`: a reader takes what has come when an answer has broken off.
    private static func run(
        _ file: ServedFile, knownSize: UInt64? = nil, ranges: PartPlan.Ranges = .unknown,
        geometry: PartGeometry = .standard, budget: Duration = .seconds(3600), isRead: Bool = false
    ) async throws -> Outcome {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let changes = Mutex(0)
            let download = Download(
                into: store, for: .bytes, size: knownSize, ranges: ranges, geometry: geometry,
                whenChanged: { changes.withLock { $0 += 1 } })
            try await download.open()
            let pauses = Mutex(0)
            let run = DownloadRun(
                download: download, budget: budget,
                rest: { _ in
                    pauses.withLock { $0 += 1 }
                    if isRead { _ = try await download.bytes(in: 0..<1) }
                },
                ask: { part, sink, _ throws(APIError) in try await file.send(part, to: sink) })
            await run.run()
            var bytes: [UInt8] = []
            if let spool = download.spool {
                bytes = [UInt8](repeating: 0, count: Int(try spool.size()))
                _ = try bytes.withUnsafeMutableBytes {
                    try spool.descriptor.read(fromAbsoluteOffset: 0, into: $0)
                }
            }
            await store.close()
            return Outcome(
                download: download, pauses: pauses.withLock { $0 }, changes: changes.withLock { $0 }, bytes: bytes)
        }
    }

    @Test("a small file comes by one request without a range")
    func small() async throws {
        let file = ServedFile(size: 5_000)
        let outcome = try await Self.run(file)
        #expect(outcome.download.isComplete && outcome.bytes == file.bytes)
        #expect(file.requests == [.init()])
        #expect(outcome.pauses == 0)
    }

    @Test("an empty file is complete when its head is there")
    func empty() async throws {
        let file = ServedFile(size: 0)
        let outcome = try await Self.run(file)
        #expect(outcome.download.isComplete && outcome.download.knownSize == 0)
        #expect(file.requests.count == 1)
    }

    @Test(
        "a file of known size comes in parts that follow each other, no byte twice", arguments: [4_000, 4_001, 4_999])
    func parts(size: Int) async throws {
        let file = ServedFile(size: size)
        let outcome = try await Self.run(
            file, knownSize: UInt64(size), ranges: .served, geometry: Self.geometry)
        #expect(outcome.download.isComplete && outcome.bytes == file.bytes)
        let ranges = file.requests.compactMap(\.range).sorted { $0.lowerBound < $1.lowerBound }
        #expect(ranges.count == file.requests.count && ranges.count == (size + 999) / 1_000)
        #expect(
            ranges.reduce(0 as UInt64?) { end, range in end == range.lowerBound ? range.upperBound : nil }
                == UInt64(size))
    }

    @Test("a server that answers a request for a part with all of the file is not asked for parts again")
    func withoutRanges() async throws {
        let file = ServedFile(size: 4_500, servesRanges: false)
        let outcome = try await Self.run(file, knownSize: 4_500, geometry: Self.geometry)
        #expect(outcome.download.isComplete && outcome.bytes == file.bytes)
        #expect(file.requests.count == 1 && outcome.download.ranges == .ignored)
    }

    @Test("a body that was cut goes on where it stopped, and only as the same version")
    func resumed() async throws {
        let file = ServedFile(size: 5_000, [.cut(after: 700), .cut(after: 1_300)])
        let outcome = try await Self.run(file)
        #expect(outcome.download.isComplete && outcome.bytes == file.bytes)
        #expect(
            file.requests == [
                .init(), .init(range: 700..<5_000, validator: "\"a\""), .init(range: 2_000..<5_000, validator: "\"a\""),
            ])
        #expect(outcome.pauses == 2)
    }

    @Test("a body that cannot go on comes again from its start", arguments: [true, false])
    func restarted(servesRanges: Bool) async throws {
        // Ranges alone are no use where nobody can tell whether they are of the same version.
        let file = ServedFile(
            size: 5_000, tag: servesRanges ? nil : "\"a\"", servesRanges: servesRanges, [.cut(after: 700)])
        let outcome = try await Self.run(file)
        #expect(outcome.download.isComplete && outcome.bytes == file.bytes)
        #expect(file.requests == [.init(), .init()])
    }

    @Test("answers that bring nothing are asked for three times more, and then the reader is told")
    func vain() async throws {
        let file = ServedFile(size: 5_000, Array(repeating: .cut(after: 0), count: 10))
        let outcome = try await Self.run(file)
        #expect(file.requests.count == 4 && outcome.pauses == 3)
        #expect(outcome.download.failure?.reason == .partialBody)
    }

    @Test("no pause begins that the time for a request does not leave room for")
    func budget() async throws {
        let file = ServedFile(size: 5_000, Array(repeating: .cut(after: 0), count: 10))
        let outcome = try await Self.run(file, budget: .zero)
        #expect(file.requests.count == 1 && outcome.pauses == 0)
        #expect(outcome.download.failure?.reason == .partialBody)
    }

    @Test(
        "a refusal is passed on as it is: the client below has asked as often as is of use", arguments: [404, 403, 503])
    func refused(status: Int) async throws {
        let file = ServedFile(size: 5_000, [.refused(status)])
        let outcome = try await Self.run(file)
        #expect(file.requests.count == 1 && outcome.pauses == 0)
        #expect(outcome.download.failure?.apiError?.cause == .status(status))
    }

    @Test(
        "another version ends the download, and is told to those who show the file if it was read",
        arguments: [true, false])
    func changed(isRead: Bool) async throws {
        let file = ServedFile(size: 5_000, [.cut(after: 700), .another(tag: "\"b\"")])
        let outcome = try await Self.run(file, isRead: isRead)
        #expect(outcome.download.failure?.reason == .changed)
        #expect(outcome.download.isOutdated && outcome.download.isWorthless)
        #expect(outcome.download.isRead == isRead && outcome.changes == (isRead ? 1 : 0))
    }

    @Test("a run that is cancelled ends its requests, and the download with it")
    func cancelled() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let download = Download(into: store, for: .bytes)
            try await download.open()
            let (asked, signal) = AsyncStream.makeStream(of: Void.self)
            let (silence, silent) = AsyncStream.makeStream(of: Void.self)
            defer { withExtendedLifetime(silent) {} }
            let run = DownloadRun(
                download: download, budget: .seconds(3600), rest: { _ in },
                ask: { _, _, _ throws(APIError) in
                    signal.yield()
                    // Nothing comes by this; its end is the task's.
                    for await _ in silence {}
                    throw ServedFile.error(.transport(.cancelled))
                })
            let task = Task { await run.run() }
            for await _ in asked { break }
            task.cancel()
            await task.value
            #expect(download.failure?.reason == .interrupted)
            await store.close()
        }
    }
}
