import PulseAPI

/// Writes down everything that a scan reports, with the text of every token.
struct EventLog: JSONHandler {
    var events: [String] = []
    var limit = 1_000_000

    mutating func captureLimit(for kind: JSONTokenKind) -> Int { limit }
    mutating func beginObject(at offset: UInt64) { events.append("{ \(offset)") }
    mutating func endObject(_ range: Range<UInt64>) { events.append("} \(range)") }
    mutating func beginArray(at offset: UInt64) { events.append("[ \(offset)") }
    mutating func endArray(_ range: Range<UInt64>) { events.append("] \(range)") }
    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) { add("key", range, text) }
    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) { add("string", range, text) }
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { add("number", range, text) }
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) { events.append("\(literal) \(range)") }

    private mutating func add(_ kind: String, _ range: Range<UInt64>, _ text: borrowing JSONText) {
        events.append("\(kind) \(range) \(text.complete ?? text.prefix + "…")")
    }
}

/// Reports to nobody.
struct Silence: JSONHandler {
    mutating func captureLimit(for kind: JSONTokenKind) -> Int { 0 }
    mutating func beginObject(at offset: UInt64) {}
    mutating func endObject(_ range: Range<UInt64>) {}
    mutating func beginArray(at offset: UInt64) {}
    mutating func endArray(_ range: Range<UInt64>) {}
    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {}
}

/// The events of a scan, or its error.
func scan(_ bytes: [UInt8], chunkSize: Int = 4096, depthLimit: Int = 512) -> Result<[String], JSONError> {
    var log = EventLog()
    do {
        try JSONScanner.scan(MemoryByteSource(bytes), chunkSize: chunkSize, depthLimit: depthLimit, handler: &log)
        return .success(log.events)
    } catch {
        return .failure(error)
    }
}

func scan(_ text: String, chunkSize: Int = 4096, depthLimit: Int = 512) -> Result<[String], JSONError> {
    scan(Array(text.utf8), chunkSize: chunkSize, depthLimit: depthLimit)
}

extension Result where Failure == JSONError {
    var code: JSONError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }

    var isSuccess: Bool { code == nil }
}
