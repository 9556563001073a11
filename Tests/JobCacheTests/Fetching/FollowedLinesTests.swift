import Testing

@testable import JobCache

@Suite("Followed lines")
struct FollowedLinesTests {
    private let file = FollowedLines.Identity(device: 1, number: 10)
    private let other = FollowedLines.Identity(device: 1, number: 11)

    private func line(_ number: Int, _ text: String?) -> FollowedLines.Line {
        FollowedLines.Line(number: number, text: text)
    }

    private func taken(_ text: String) -> FollowedLines {
        var lines = FollowedLines()
        _ = lines.take(Array(text.utf8))
        return lines
    }

    @Test("a byte order mark is no part of the first line, also when it comes in pieces, and is one anywhere else")
    func byteOrderMark() {
        let text = Array("\u{FEFF}a\r\n\u{FEFF}b\nc".utf8)
        #expect(FollowedLines.all(of: text).map(\.text) == ["a\r", "\u{FEFF}b", "c"])
        var lines = FollowedLines()
        #expect(text.flatMap { lines.take([$0]) }.map(\.text) == ["a\r", "\u{FEFF}b"])
        lines.restart()
        #expect(lines.take(text).first?.text == "a\r")
        #expect(FollowedLines.all(of: []).isEmpty && FollowedLines.all(of: Array("\n".utf8)).map(\.text) == [""])
    }

    @Test("a line is one when its newline has come, whatever the pieces")
    func pieces() {
        let text = "one\n\ntwo\r\nthree\nfour"
        for size in 1...text.utf8.count {
            var lines = FollowedLines()
            var found: [FollowedLines.Line] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                found += lines.take(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(found == [line(1, "one"), line(2, ""), line(3, "two\r"), line(4, "three")], "\(size)")
            #expect(lines.position == UInt64(text.utf8.count))
            #expect(lines.end() == line(5, "four"))
            #expect(lines.end() == nil)
        }
    }

    @Test("a line that is too long is passed over, without being kept, and the next one is read")
    func overlong() {
        var lines = FollowedLines()
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: FollowedLines.longest)
        #expect(lines.take(long + Array("\n".utf8)).map(\.text) == [String(decoding: long, as: UTF8.self)])
        #expect(lines.take(long).isEmpty && lines.take(long).isEmpty)
        #expect(lines.take(Array("b\nc\n".utf8)) == [line(2, nil), line(3, "c")])
        #expect(lines.take(long + long).isEmpty)
        #expect(lines.end() == line(4, nil))
    }

    @Test("what is there is read, and then there is a pause, also while the file has no name")
    func growing() {
        let lines = taken("one\ntw")
        #expect(lines.step(size: 6, isSame: true, identity: file, named: file) == .pause)
        #expect(lines.step(size: 7, isSame: true, identity: file, named: file) == .read)
        #expect(lines.step(size: 6, isSame: true, identity: file, named: nil) == .pause)
        #expect(FollowedLines().step(size: 0, isSame: true, identity: file, named: file) == .pause)
    }

    @Test("a file that is shorter, or holds something else where it was read, is read again")
    func truncated() {
        let lines = taken("one\ntwo\n")
        #expect(lines.step(size: 7, isSame: true, identity: file, named: file) == .restart)
        #expect(lines.step(size: 8, isSame: false, identity: file, named: file) == .restart)
        #expect(lines.step(size: 90, isSame: false, identity: file, named: file) == .restart)
    }

    @Test("another file of the same name is opened when the old one has been read to its end")
    func replaced() {
        let lines = taken("one\n")
        #expect(lines.step(size: 8, isSame: true, identity: file, named: other) == .read)
        #expect(lines.step(size: 4, isSame: true, identity: file, named: other) == .reopen)
    }

    @Test("after a restart it is the first line again, and the rest of the old one is nothing")
    func restarted() {
        var lines = taken("one\ntw")
        lines.restart()
        #expect(lines.position == 0 && lines.recent.isEmpty)
        #expect(lines.take(Array("three\n".utf8)) == [line(1, "three")])
    }

    @Test("the last bytes are remembered, and no more of them than are compared")
    func recent() {
        var lines = taken("abc\n")
        #expect(lines.recent == Array("abc\n".utf8))
        let more = (0..<1000).map { UInt8($0 % 10) + 48 }
        _ = lines.take(more)
        _ = lines.take(Array("xyz".utf8))
        #expect(lines.recent == (more + Array("xyz".utf8)).suffix(FollowedLines.remembered))
    }
}
