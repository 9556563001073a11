import Foundation
import GRDB
import System

// The rows of the index as values. What does not have the digest of its columns reads as nothing.

extension StoredJob {
    func digest(_ ordinal: Int64) -> Int64 {
        var digest = RowDigest()
        digest.add(ordinal)
        digest.add(origin)
        digest.add(id)
        digest.add(status)
        digest.add(isTerminal)
        digest.add(createdAt?.nanoseconds)
        digest.add(updatedAt?.nanoseconds)
        digest.add(checkedAt.nanoseconds)
        digest.add(statusDocument)
        digest.add(explanation)
        digest.add(largeResultURL)
        // A row from before there was this column has the digest of what it had.
        if let pageCount { digest.add(Int64(pageCount)) }
        if let title { digest.add("title " + title) }
        if let kind { digest.add("kind " + kind) }
        return digest.value
    }

    init?(row: Row) {
        guard let origin = String(column: row["origin"]), let id = String(column: row["id"]),
            let status = String(column: row["status"]), let isTerminal = Int64(column: row["terminal"]),
            let checked = Int64(column: row["checked"]), let document = [UInt8](column: row["document"]),
            let ordinal = Int64(column: row["ordinal"]), let digest = Int64(column: row["digest"])
        else { return nil }
        self.init(
            origin: origin, id: id, status: status, isTerminal: isTerminal == 1,
            createdAt: Int64(column: row["created"]).map(Timestamp.init(nanoseconds:)),
            updatedAt: Int64(column: row["updated"]).map(Timestamp.init(nanoseconds:)),
            checkedAt: Timestamp(nanoseconds: checked), statusDocument: document,
            explanation: String(column: row["explanation"]), largeResultURL: String(column: row["largeResult"]))
        pageCount = Int64(column: row["pages"]).map(Int.init)
        title = String(column: row["title"])
        kind = String(column: row["kind"])
        guard self.digest(ordinal) == digest else { return nil }
    }

    var arguments: StatementArguments {
        [
            origin, id, status, isTerminal, createdAt?.nanoseconds, updatedAt?.nanoseconds, checkedAt.nanoseconds,
            Data(statusDocument), explanation, largeResultURL, pageCount, title, kind,
        ]
    }
}

extension StoredArtifact {
    func digest(_ job: Int64) -> Int64 {
        var digest = RowDigest()
        digest.add(job)
        digest.add(Int64(slot.rawValue))
        digest.add(name)
        digest.add(size.map(Int64.init(clamping:)))
        digest.add(source)
        digest.add(isListed)
        digest.add(isStored)
        digest.add(isSingleUse)
        digest.add(allocatedSize.map(Int64.init(clamping:)))
        digest.add(sha256)
        return digest.value
    }

    init?(row: Row) {
        guard let job = Int64(column: row["job"]), let slot = Int64(column: row["slot"]),
            let name = String(column: row["name"]), let listed = Int64(column: row["listed"]),
            let stored = Int64(column: row["stored"]), let singleUse = Int64(column: row["singleUse"]),
            let digest = Int64(column: row["digest"])
        else { return nil }
        self.init(
            slot: ArtifactSlot(Int(slot)), name: name, size: Int64(column: row["size"]).map(UInt64.init(clamping:)),
            source: String(column: row["source"]), isListed: listed == 1, isStored: stored == 1,
            isSingleUse: singleUse == 1,
            allocatedSize: Int64(column: row["allocated"]).map(UInt64.init(clamping:)),
            sha256: String(column: row["sha256"]))
        guard self.digest(job) == digest else { return nil }
    }
}

extension KeyFingerprint {
    func digest(_ job: Int64) -> Int64 {
        var digest = RowDigest()
        digest.add(bytes)
        digest.add(job)
        return digest.value
    }
}

// A damaged row may hold a value of another kind than its column's; GRDB's own conversions stop the process for that.

extension Int64 {
    init?(column: DatabaseValue) {
        guard case .int64(let number) = column.storage else { return nil }
        self = number
    }
}

extension String {
    init?(column: DatabaseValue) {
        guard case .string(let text) = column.storage else { return nil }
        self = text
    }
}

extension [UInt8] {
    init?(column: DatabaseValue) {
        guard case .blob(let data) = column.storage else { return nil }
        self = Array(data)
    }
}
