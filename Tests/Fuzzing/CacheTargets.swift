import Foundation
import GRDB
import Quantities
import System
import SystemPackage

@testable import ArtifactStore

/// A file in memory with these bytes, and no name.
private func inMemory<Value>(_ bytes: [UInt8], _ body: (FileDescriptor) -> Value) -> Value {
    let path = FilePath("/dev/shm/pulsefs-fuzz-file-\(getpid())")
    guard
        let file = try? FileDescriptor.open(
            path, .readWrite, options: [.create, .truncate], permissions: .ownerReadWrite)
    else { fatalError("no file in memory") }
    unlink(path.string)
    defer { try? file.close() }
    _ = try? bytes.withUnsafeBytes { try file.writeAll($0) }
    return body(file)
}

/// A label is read from what it was written into, and from nothing that was changed.
func fuzzLabel(_ bytes: [UInt8]) {
    if let label = inMemory(bytes, { BlobLabel(of: $0, fileSize: UInt64(bytes.count)) }) {
        law(label.size < UInt64(bytes.count), "a label of more than the file")
        law((try? label.encoded()) != nil, "a label that cannot be written")
    }
    var pieces = Pieces(bytes)
    let facts = BlobFacts(
        key: BlobKey(origin: pieces.text(), job: pieces.text(), slot: ArtifactSlot(Int(pieces.byte()))),
        name: pieces.text(),
        source: pieces.text())
    let content = pieces.remainder()
    let chunks = stride(from: 0, to: content.count, by: Int(BlobLabel.chunkSize)).map { start in
        content[start..<min(start + Int(BlobLabel.chunkSize), content.count)].withUnsafeBytes { FastDigest.of($0) }
    }
    let label = BlobLabel(
        facts: facts, size: UInt64(content.count), sha256: String(repeating: "0", count: 64), chunks: chunks)
    guard let encoded = try? label.encoded() else { return }
    var file = content + encoded
    law(inMemory(file) { BlobLabel(of: $0, fileSize: UInt64(file.count)) } == label, "a label that is not read back")
    let place = content.count + Int(bytes.first ?? 0) * encoded.count / 256
    file[place] ^= 1
    law(
        inMemory(file) { BlobLabel(of: $0, fileSize: UInt64(file.count)) } != label,
        "a label with a bit turned at \(place)")
}

/// A damaged line says nothing, and a line that is added behind it is read.
func fuzzLedger(_ bytes: [UInt8]) {
    let path = FilePath("/dev/shm/pulsefs-fuzz-ledger-\(getpid())")
    defer { unlink(path.string) }
    _ = FileManager.default.createFile(
        atPath: path.string, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    let ledger = Ledger(path: path)
    let before = try? ledger.entries(origin: "o", job: "j")
    let entry = LedgerEntry(event: .delivered, time: Timestamp(nanoseconds: 7), actor: "a\n\"\u{202E}")
    guard let before, (try? ledger.enter(entry, origin: "o", job: "j")) != nil else { return }
    law((try? ledger.entries(origin: "o", job: "j")) == before + [entry], "a line that is not read back")
}

/// Rows hold whatever a damaged file has, of any kind; what has its digest is what was written.
func fuzzRows(_ bytes: [UInt8]) {
    var pieces = Pieces(bytes)
    func value() -> DatabaseValue {
        switch pieces.byte() % 5 {
        case 0: .null
        case 1: Int64(bitPattern: pieces.number()).databaseValue
        case 2: Double(bitPattern: pieces.number()).databaseValue
        case 3: pieces.text().databaseValue
        default: Data(pieces.text().utf8).databaseValue
        }
    }
    let jobColumns = [
        "ordinal", "origin", "id", "status", "terminal", "created", "updated", "checked", "document", "explanation",
        "largeResult", "pages", "title", "kind", "digest",
    ]
    let artifactColumns = [
        "job", "slot", "name", "size", "source", "listed", "stored", "singleUse", "allocated", "sha256", "digest",
    ]
    var columns: [String: DatabaseValue] = [:]
    for name in jobColumns { columns[name] = value() }
    _ = StoredJob(row: Row(columns))
    // With its digest it is read, whatever numbers are in it.
    let job = StoredJob(
        origin: pieces.text(), id: pieces.text(), status: pieces.text(), isTerminal: pieces.byte() & 1 == 1,
        createdAt: Timestamp(nanoseconds: Int64(bitPattern: pieces.number())),
        updatedAt: Timestamp(nanoseconds: Int64(bitPattern: pieces.number())),
        checkedAt: Timestamp(nanoseconds: Int64(bitPattern: pieces.number())),
        statusDocument: Array(pieces.text().utf8),
        explanation: pieces.text(), largeResultURL: nil)
    columns = [
        "ordinal": 3.databaseValue, "origin": job.origin.databaseValue, "id": job.id.databaseValue,
        "status": job.status.databaseValue, "terminal": (job.isTerminal ? 1 : 0).databaseValue,
        "created": (job.createdAt?.nanoseconds).databaseValue, "updated": (job.updatedAt?.nanoseconds).databaseValue,
        "checked": job.checkedAt.nanoseconds.databaseValue, "document": Data(job.statusDocument).databaseValue,
        "explanation": job.explanation.databaseValue, "largeResult": .null, "pages": .null, "title": .null,
        "kind": .null, "digest": job.digest(3).databaseValue,
    ]
    let read = StoredJob(row: Row(columns))
    law(
        read?.id.utf8.elementsEqual(job.id.utf8) == true && read?.checkedAt == job.checkedAt,
        "a row that is not read back")
    columns = [:]
    for name in artifactColumns { columns[name] = value() }
    if let artifact = StoredArtifact(row: Row(columns)) {
        law(artifact.size.map { $0 <= UInt64(Int64.max) } ?? true, "a size")
    }
}
