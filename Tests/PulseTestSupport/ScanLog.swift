package import JSONStream

/// Writes down everything that a scan reports, with the text of every token.
package struct ScanLog: JSONHandler {
    package var events: [String] = []
    package var limit = 1_000_000

    package init() {}

    package mutating func captureLimit(for kind: JSONTokenKind) -> Int { limit }
    package mutating func beginObject(at offset: UInt64) { events.append("{ \(offset)") }
    package mutating func endObject(_ range: Range<UInt64>) { events.append("} \(range)") }
    package mutating func beginArray(at offset: UInt64) { events.append("[ \(offset)") }
    package mutating func endArray(_ range: Range<UInt64>) { events.append("] \(range)") }
    package mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) { add("key", range, text) }
    package mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) { add("string", range, text) }
    package mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { add("number", range, text) }
    package mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {
        events.append("\(literal) \(range)")
    }

    private mutating func add(_ kind: String, _ range: Range<UInt64>, _ text: borrowing JSONText) {
        events.append("\(kind) \(range) \(text.complete ?? text.prefix + "…")")
    }
}

/// Reports to nobody.
package struct SilentScan: JSONHandler {
    package init() {}

    package mutating func captureLimit(for kind: JSONTokenKind) -> Int { 0 }
    package mutating func beginObject(at offset: UInt64) {}
    package mutating func endObject(_ range: Range<UInt64>) {}
    package mutating func beginArray(at offset: UInt64) {}
    package mutating func endArray(_ range: Range<UInt64>) {}
    package mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    package mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    package mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    package mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {}
}

/// The events of a scan, or its error.
package func scan(_ bytes: [UInt8], chunkSize: Int = 4096, depthLimit: Int = 512) -> Result<[String], JSONError> {
    var log = ScanLog()
    do {
        try JSONScanner.scan(MemoryByteSource(bytes), chunkSize: chunkSize, depthLimit: depthLimit, handler: &log)
        return .success(log.events)
    } catch {
        return .failure(error)
    }
}

package func scan(_ text: String, chunkSize: Int = 4096, depthLimit: Int = 512) -> Result<[String], JSONError> {
    scan(Array(text.utf8), chunkSize: chunkSize, depthLimit: depthLimit)
}

extension Result where Failure == JSONError {
    package var code: JSONError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }

    package var isSuccess: Bool { code == nil }
}
