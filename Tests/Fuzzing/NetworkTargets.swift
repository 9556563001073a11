import Foundation
import PulseAPI
import System

@testable import SharedStore
@testable import Transfer

// MARK: HTTP

/// A head that is read has a status, fields without line ends, and lengths, ranges and dates that are numbers.
func fuzzHTTP(_ bytes: [UInt8]) {
    var parser = ResponseHeadParser()
    var head: ResponseHead?
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        let ended = Array(line) + [UInt8(ascii: "\n")]
        guard let read = try? ended.withUnsafeBytes({ try parser.consume($0) }) else { continue }
        head = read
    }
    if let head {
        law((200..<1000).contains(head.status), "status \(head.status)")
        for field in head.fields.all { law(!field.value.contains("\n"), "a value of two lines") }
        let validators = Validators(entityTag: head.fields["etag"], lastModified: head.fields["last-modified"])
        law(validators.compared(with: validators) != .different, "a version that is another one than itself")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let range = ContentRange(text) {
        law(range.first <= range.last, "a range that ends before it begins")
        if let total = range.total { law(range.last < total, "a range beyond the end") }
    }
    if let seconds = HTTPDate.seconds(text) { law(abs(seconds) < 1 << 50, "a date in \(seconds)") }
    _ = NetworkAddress(text)
    if let origin = APIOrigin(text) { law(origin.contains(text), "an address that is not of its own origin") }
    _ = APIOrigin.publicAddress(of: text)
    if let encoded = WebAddress.encoded(text) {
        law(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "an address with other characters")
    }
}

// MARK: Objects of a shared store

private let secret = FleetSecret(MemberSecret([UInt8](repeating: 0x5A, count: 32)))

/// Nothing that was not sealed here opens; records, lists and descriptions are read or refused.
func fuzzStore(_ bytes: [UInt8]) {
    let name = ObjectNames(secret.first).job("job", of: "https://api.example")
    let key = ObjectKey.job(name)
    if let opened = try? ObjectOpener.open(bytes, as: key, secret) { fatalError("broken: \(opened) opens") }
    // What is sealed opens with what it was sealed with, and not with a bit of it turned.
    if let sealed = try? ObjectSealer.seal(bytes, as: key, SealedHeader(writer: "fuzz"), secret.first) {
        let opened = try? ObjectOpener.open(sealed, as: key, secret)
        law(opened?.contents == bytes, "what was sealed does not open")
        let place = Int(bytes.first ?? 0) * sealed.count / 256
        var turned = sealed
        turned[place] ^= 1 << (bytes.count > 1 ? bytes[1] & 7 : 0)
        law((try? ObjectOpener.open(turned, as: key, secret)) == nil, "an object opens with bit \(place) turned")
        law((try? ObjectOpener.open(sealed.dropLast(), as: key, secret)) == nil, "an object opens without its end")
    }
    if let record = JobRecord(bytes), record != .other, let contents = record.contents {
        law(JobRecord(contents) == record, "a record that is not read back")
    }
    _ = FileRecord.read(bytes)
    _ = try? StoreDescription(bytes)
    if let page = S3ListPage.parsed(bytes, below: "p/") {
        for entry in page.entries {
            law(!entry.key.text.split(separator: "/").contains { $0 == "." || $0 == ".." }, "\(entry.key)")
        }
    }
    _ = ETag(String(decoding: bytes, as: UTF8.self))
    if let again = try? FleetSecret(text: String(decoding: bytes, as: UTF8.self)) {
        law(!again.all.isEmpty, "no secret")
    }
}

/// Files and answers with credentials are read or refused.
func fuzzCredentials(_ bytes: [UInt8]) {
    _ = ProfileFile(bytes, .credentials)
    _ = ProfileFile(bytes, .config)
    _ = try? CredentialDocument.ofProcess(bytes, "it")
    _ = try? CredentialDocument.ofContainer(bytes, "it")
    if let words = ShellWords.split(String(decoding: bytes, as: UTF8.self)) {
        law(words.allSatisfy { !$0.utf8.contains(0) } || bytes.contains(0), "a word with a NUL")
    }
}
