import Foundation
import PulseTestSupport
import SystemPackage
import Testing

@testable import ArtifactStore

/// What the cache writes for itself is read back as it was, or not at all.
@Suite("Written and read: laws")
struct WrittenAndReadTests {
    private static func text(_ chance: inout SeededGenerator, most: Int = 40) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...most, using: &chance) {
            let number =
                Bool.random(using: &chance)
                ? UInt32.random(in: 0...0x7f, using: &chance) : UInt32.random(in: 0...0x10ffff, using: &chance)
            if let scalar = Unicode.Scalar(number) { text.unicodeScalars.append(scalar) }
        }
        return text
    }

    @Test("S3.2 any line of the ledger is read as it was written, also behind one that was cut anywhere")
    func ledger() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            var chance = SeededGenerator(seed: 11)
            let events: [LedgerEvent] = [.claimed, .delivered, .gone, .unusable, .lost]
            for round in 1...40 {
                let ledger = Ledger(path: scratch.appending("ledger-\(round)"))
                var written: [LedgerEntry] = []
                let (origin, job) = (Self.text(&chance), Self.text(&chance))
                for number in 0..<Int.random(in: 1...6, using: &chance) {
                    let entry = LedgerEntry(
                        event: events.randomElement(using: &chance) ?? .claimed,
                        time: Timestamp(nanoseconds: Int64.random(in: .min ... .max, using: &chance)),
                        actor: Self.text(&chance))
                    if number > 0, Bool.random(using: &chance) {
                        // A crash amid a line: what was written of it says nothing.
                        let whole = try Data(contentsOf: URL(fileURLWithPath: ledger.path.string))
                        try ledger.enter(entry, origin: origin, job: job)
                        let more = try Data(contentsOf: URL(fileURLWithPath: ledger.path.string))
                        let cut = Int.random(in: whole.count..<more.count - 1, using: &chance)
                        try more.prefix(cut).write(to: URL(fileURLWithPath: ledger.path.string))
                    } else {
                        try ledger.enter(entry, origin: origin, job: job)
                        written.append(entry)
                    }
                    try ledger.enter(entry, origin: origin + "x", job: job)
                }
                #expect(try ledger.entries(origin: origin, job: job) == written, "round \(round)")
            }
        }
    }

    @Test("S7.6 any label is read as it was written; with any bit turned round it is another file's or none")
    func label() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            var chance = SeededGenerator(seed: 12)
            for round in 1...60 {
                let size = UInt64.random(in: 0...3 * BlobLabel.chunkSize, using: &chance)
                let content = (0..<Int(size)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) }
                let label = BlobLabel(
                    facts: BlobFacts(
                        key: BlobKey(
                            origin: Self.text(&chance), job: "job-\(round)",
                            slot: ArtifactSlot(Int.random(in: 1...99, using: &chance))),
                        name: Self.text(&chance), source: Bool.random(using: &chance) ? Self.text(&chance) : nil,
                        isListed: Bool.random(using: &chance), isSingleUse: Bool.random(using: &chance)),
                    size: size, sha256: String(repeating: "a", count: 64),
                    chunks: (0..<BlobLabel.chunkCount(of: size)).map { _ in
                        UInt64.random(in: .min ... .max, using: &chance)
                    })
                let path = scratch.appending("blob")
                var bytes = content + (try label.encoded())
                try Data(bytes).write(to: URL(fileURLWithPath: path.string))
                #expect(try Self.read(path) == label, "round \(round)")

                let place = Int.random(in: Int(size)..<bytes.count, using: &chance)
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
                try Data(bytes).write(to: URL(fileURLWithPath: path.string))
                #expect(try Self.read(path) == nil, "round \(round), byte \(place) of \(bytes.count)")
                try Data(bytes.prefix(place)).write(to: URL(fileURLWithPath: path.string))
                #expect(try Self.read(path) == nil, "round \(round), cut at \(place)")
            }
        }
    }

    private static func read(_ path: FilePath) throws -> BlobLabel? {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter { BlobLabel(of: file, fileSize: UInt64(try file.seek(offset: 0, from: .end))) }
    }
}
