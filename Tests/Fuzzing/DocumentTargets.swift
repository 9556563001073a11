import Foundation
import JSONStream
import Pages
import PulseAPI
import PulseTestSupport

@testable import Parts

// MARK: JSON

/// Puts what is reported into one line of text.
private struct Events: JSONHandler {
    var text = ""

    mutating func captureLimit(for kind: JSONTokenKind) -> Int { 64 }
    mutating func beginObject(at offset: UInt64) { text += "{\(offset) " }
    mutating func endObject(_ range: Range<UInt64>) { text += "}\(range) " }
    mutating func beginArray(at offset: UInt64) { text += "[\(offset) " }
    mutating func endArray(_ range: Range<UInt64>) { text += "]\(range) " }
    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) { self.text += "k\(range)\(text.prefix) " }
    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) { self.text += "s\(range)\(text.prefix) " }
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { self.text += "n\(range)\(text.prefix) " }
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) { text += "\(literal)\(range) " }
}

/// The same is reported however the text comes, and what is taken for JSON is what the grammar has.
func fuzzJSON(_ bytes: [UInt8]) {
    func events(_ chunkSize: Int?) -> (String, JSONError?) {
        var events = Events()
        do throws(JSONError) {
            try JSONScanner.scan(MemoryByteSource(bytes), chunkSize: chunkSize, handler: &events)
            return (events.text, nil)
        } catch {
            return (events.text, error)
        }
    }
    let whole = events(nil)
    for size in [1, 2, 3, 7, 64] {
        let other = events(size)
        law(
            (whole.1 == nil) == (other.1 == nil) && whole.1?.offset == other.1?.offset,
            "chunks of \(size) end otherwise")
        law(whole.1 != nil || whole.0 == other.0, "chunks of \(size): \(whole.0) is \(other.0)")
    }
    law((whole.1 == nil) == ObviousJSON.isOne(bytes), "the grammar says otherwise")
    // What is nearly right says more than what is right: a sign of the structure in another's place.
    let signs = Array("{}[],:\"".utf8)
    let places = bytes.indices.filter { signs.contains(bytes[$0]) }
    guard whole.1 == nil, let last = places.last, bytes.count <= 4096 else { return }
    // Which of them, the input says itself.
    let sum = bytes.reduce(into: 0) { $0 = ($0 &* 31 &+ Int($1)) & 0xFFFF }
    var other = bytes
    other[sum & 1 == 0 ? last : places[sum / 2 % places.count]] = signs[sum / 64 % signs.count]
    var ignored = Events()
    let isTaken = (try? JSONScanner.scan(MemoryByteSource(other), handler: &ignored)) != nil
    law(isTaken == ObviousJSON.isOne(other), "the grammar says otherwise of \(String(decoding: other, as: UTF8.self))")
}

/// An answer about a job is read as something or refused, the same each time, and its ranges are in it.
func fuzzAnswer(_ bytes: [UInt8]) {
    let source = MemoryByteSource(bytes)
    let answers = [nil, 1, 13].map { (size: Int?) in try? JobAnswer.scan(source, chunkSize: size) }
    law(Set(answers.map { $0 == nil }).count == 1, "an answer that is one by some chunks alone")
    if let answer = answers[0] {
        law(answers.allSatisfy { $0?.status == answer.status }, "another status by other chunks")
        for member in answer.members { law(member.value.upperBound <= UInt64(bytes.count), "a member beyond the end") }
    }
    guard let facts = try? ResultFacts.scan(source) else { return }
    for literal in [facts.markdown, facts.html].compactMap(\.self) {
        law(literal.upperBound <= UInt64(bytes.count), "a text beyond the end")
        if let size = try? JSONStringDecoder.decodedSize(of: literal, in: source) {
            var decoder = JSONStringDecoder(source, literal: literal)
            var chunk: [UInt8] = []
            var count: UInt64 = 0
            while (try? decoder.next(into: &chunk)) == true { count += UInt64(chunk.count) }
            law(size == count, "a text of \(count) bytes is said to have \(size)")
        }
    }
    _ = try? ErrorObject.isOne(source)
}

// MARK: Parts

/// Parts are the same when they are made again, are read back as they were, and keep what is promised of each.
func fuzzParts(_ bytes: [UInt8]) {
    func make() -> (list: PartList, bytes: [UInt8])? {
        var made: [UInt8] = []
        let source = MemoryByteSource(bytes)
        let images = ((try? ResultFacts.scan(source))?.images ?? []).map { PartImage(fileName: $0.id, facts: $0) }
        guard
            let list = try? PartsMaker.make(
                of: PartsSource(source, 0..<UInt64(bytes.count), images: images), to: { made += $0 })
        else { return nil }
        return (list, made)
    }
    guard let first = make(), let second = make() else { return }
    law(first.bytes == second.bytes && first.list == second.list, "the same result gives other parts")
    let file = MemoryByteSource(first.bytes)
    law(PartList(file, length: UInt64(first.bytes.count)) == first.list, "the list is not read back as it was written")
    for part in first.list.parts {
        let names = part.path.split(separator: "/", omittingEmptySubsequences: false)
        // What a document names comes before the suffix. A name has at most 255 bytes (NAME_MAX).
        let isName = names.allSatisfy { name in
            name.utf8.count <= 255 && PartName.isSafe(String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)]))
        }
        law(names.count <= 2 && isName, "\(part.path) is no name of a file")
        let content = Array(first.bytes[Int(part.range.lowerBound)..<Int(part.range.upperBound)])
        law(
            String(validating: content, as: UTF8.self) != nil || part.path.hasSuffix(".json"),
            "\(part.path) is no UTF-8")
        if part.path == "contents.md" { law(content.count <= 64 << 10, "contents.md has \(content.count) bytes") }
        if part.path.hasSuffix(".csv") {
            let rows = CSVText.records(content, limit: .max)
            var again = CSVText()
            for row in rows { again.line(row) }
            law(again.bytes == content, "\(part.path) is not read back as it was written")
            law(StrictCSV.isOne(content), "\(part.path) is not what RFC 4180 has")
            law(
                part.path == "form_fields.csv" || Set(rows.map(\.count)).count <= 1,
                "\(part.path) has rows of several lengths")
        }
        if part.path.hasSuffix(".jsonl") {
            for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
                let tree = try? JSONTree.read(MemoryByteSource(Array(line)), 0..<UInt64(line.count))
                law(tree != nil, "\(part.path) has a line that is no JSON")
            }
        }
    }
    var page = JobPage(id: "job", state: .completed, status: "completed")
    page.parts = PageParts(first.list, in: file)
    check(page)
}

// MARK: Pages

/// Whatever the document, the page is whole, has the tags and addresses that are allowed alone, and loses no words of plain text.
func fuzzPage(_ bytes: [UInt8]) {
    var page = JobPage(id: "job", state: .completed, status: "completed")
    page.markdown = bytes
    page.images = [PageImage(fileName: "a.png", url: "https://api.example/results/job/images/a.png", title: "a")]
    page.explanation = String(decoding: bytes.prefix(64), as: UTF8.self)
    check(page)
    // A document of letters, spaces and signs that hide nothing is shown word by word.
    let isShown = { (byte: UInt8) in (0x61...0x7A).contains(byte) }
    guard bytes.allSatisfy({ isShown($0) || " \n[]^.,;!?".utf8.contains($0) }) else { return }
    let text = StrictHTML(String(decoding: page.html().joined(), as: UTF8.self)).text
    for word in bytes.split(whereSeparator: { !isShown($0) }) {
        let word = String(decoding: word, as: UTF8.self)
        law(text.contains(word), "\(word) is not shown")
    }
}

private func check(_ page: JobPage) {
    let bytes = Array(page.html().joined())
    guard let html = String(validating: bytes, as: UTF8.self) else { fatalError("broken: a page that is no UTF-8") }
    let read = StrictHTML(html)
    law(read.problems.isEmpty, "\(read.problems.prefix(3))")
}

// MARK: Images in a document

/// What is in a `data:` URI is what another reader of Base64 finds there, and its size is known before.
func fuzzInlineImage(_ bytes: [UInt8]) {
    let text = String(
        decoding: bytes.filter { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") },
        as: UTF8.self)
    let uri = bytes.first.map { $0 & 1 == 1 } == true ? "data:image/png;base64,\(text)" : text
    let literal = Array("\"\(uri)\"".utf8)
    let source = MemoryByteSource(literal)
    var results: [[UInt8]?] = []
    for size in [1, 5, 4096] {
        var decoder = DataURIDecoder(source, literal: 0..<UInt64(literal.count), chunkSize: size)
        var all: [UInt8] = []
        var chunk: [UInt8] = []
        do {
            while try decoder.next(into: &chunk) { all += chunk }
            results.append(all)
        } catch {
            results.append(nil)
        }
    }
    law(Set(results).count == 1, "other bytes by other chunks")
    if let found = results[0], uri.hasPrefix("data:image/png;base64,"), let theirs = Data(base64Encoded: text) {
        law(found == Array(theirs), "another reader finds \(theirs.count) bytes, and here are \(found.count)")
    }
}
