import Quantities
import Testing

@testable import SharedStore

@Suite struct RecordTests {
    private let names = ObjectNames(MemberSecret(Array(repeating: 3, count: 32)))
    private let document = Array(#"{"status": "completed"}"#.utf8)

    private func job(_ grants: [String] = []) throws -> EndedJob {
        try #require(EndedJob(.inline(document), grants: grants))
    }

    @Test func whatIsWrittenIsRead() throws {
        let key = names.grantee("a key")
        let granted = try #require(try job().granted(to: key))
        let apart = try #require(EndedJob(.apart(size: 1 << 40), grants: [key.text]))
        let sized = granted.learnt(["image/a \"b\".png": 1 << 40, "form": 0])
        #expect(sized.sizes.count == 2 && sized.withdrawn(from: key).sizes == sized.sizes)
        for record in [JobRecord.asking, .released, .ended(try job()), .ended(granted), .ended(apart), .ended(sized)] {
            #expect(JobRecord(try #require(record.contents)) == record)
        }
        #expect(JobRecord.other.contents == nil)
        let bare = WholeFile(size: 12, sha256: String(repeating: "0a", count: 32))
        let file = WholeFile(size: 12, entityTag: #"W/"ä""#, lastModified: "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(file.entityTag != nil && file.lastModified != nil)
        for record in [FileRecord.asking, .whole(bare), .whole(file)] {
            let head = try #require(record.head)
            let read = try #require(FileRecord.read(head + [1, 2, 3]))
            #expect(read.record == record)
            #expect(read.start == head.count)
        }
    }

    @Test(arguments: [
        #"{"state": "whole", "size": 1, "etag": "a\r\nb"}"#, #"{"state": "whole", "size": 1, "etag": "\u0000"}"#,
    ])
    func aValidatorThatIsNoFieldValueIsLeftOut(_ header: String) throws {
        #expect(try #require(FileRecord.read(framed(header))).record == .whole(WholeFile(size: 1)))
        #expect(WholeFile(size: 1, entityTag: String(repeating: "a", count: 1025)) == WholeFile(size: 1))
    }

    @Test func sizesAreKeptAsFarAsThereIsRoomAndReplaced() throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<2000).map { ("image/\"\($0)", UInt64.max) })
        let full = try job().learnt(many)
        #expect(full.sizes.count > 200 && full.sizes.count < 2000)
        #expect(JobRecord(try #require(JobRecord.ended(full).contents)) == .ended(full))
        #expect(full.learnt(["another": 1]).sizes == full.sizes)
        #expect(try job().learnt(["\u{1}": 1]).sizes.isEmpty)
        let name = try #require(full.sizes.keys.first)
        #expect(full.learnt([name: 7]).sizes[name] == 7)
    }

    @Test func noKeyIsGrantedButThoseThatWere() throws {
        let (one, two) = (names.grantee("one"), names.grantee("two"))
        let granted = try #require(try job().granted(to: one))
        #expect(granted.isGranted(to: one))
        #expect(!granted.isGranted(to: two))
        #expect(try #require(granted.granted(to: one)).grants.count == 1)
        #expect(granted.withdrawn(from: one).grants.isEmpty)
        var full = try job()
        for number in 0..<EndedJob.mostGrants { full = try #require(full.granted(to: names.grantee("\(number)"))) }
        #expect(full.granted(to: one) == nil)
        #expect(full.granted(to: names.grantee("3")) == full)
    }

    @Test(arguments: [
        "{}", "[]", #"{"state": 1}"#, #"{"state": "ended", "grants": ["xy"]}"#, #"{"state": "ended", "grants": [1]}"#,
        #"{"state": "ended", "apart": -1}"#, #"{"state": "ended", "apart": 18446744073709551616}"#,
        #"{"state": "ended", "grants": ["0000000000000000000000000000000000000000", "0000000000000000000000000000000000000000"]}"#,
        #"{"state": "ended", "grants": ["000000000000000000000000000000000000000A"]}"#,
    ]) func whatIsNoRecordIsNone(_ header: String) {
        #expect(JobRecord(framed(header) + document) == nil)
    }

    @Test func lengthsFromOutsideAreNotBelieved() throws {
        let whole = try #require(JobRecord.ended(try job()).contents)
        for count in 0..<(whole.count - document.count) { #expect(JobRecord(Array(whole[..<count])) == nil) }
        // A document of no bytes is none.
        #expect(JobRecord(Array(whole.dropLast(document.count))) == nil)
        #expect(JobRecord([255, 255, 255, 255] + whole) == nil)
        #expect(EndedJob(.inline(Array(repeating: 0, count: EndedJob.longestDocument + 1)), grants: []) == nil)
        #expect(JobRecord(Array(repeating: 0, count: JobRecord.largest + 1)) == nil)
        #expect(FileRecord.read([255, 255, 255, 255, 1]) == nil)
        #expect(FileRecord.read(framed(#"{"state": "whole", "size": 3, "sha256": "00"}"#)) == nil)
        #expect(FileRecord.read(framed(#"{"state": "whole", "size": -3}"#)) == nil)
        #expect(FileRecord.read(framed(#"{"state": "whole"}"#)) == nil)
    }

    @Test func whatANewerVersionWritesIsLeftAlone() {
        #expect(JobRecord(framed(#"{"state": "paused", "more": [1]}"#)) == .other)
        #expect(FileRecord.read(framed(#"{"state": "parts"}"#))?.record == .other)
    }

    private func framed(_ header: String) -> [UInt8] {
        [0, 0, UInt8(header.utf8.count >> 8), UInt8(header.utf8.count & 255)] + Array(header.utf8)
    }
}
