import Quantities
import Testing

@testable import Transfer

@Suite struct ValueTests {
    @Test(arguments: ["bytes 0-3/4", "Bytes 0-3/*"])
    func aContentRangeIsParsed(value: String) {
        #expect(ContentRange(value)?.last == 3)
    }

    @Test(arguments: [
        "", "bytes", "bytes */4", "bytes 3-0/4", "bytes 0-4/4", "bytes +0-3/4", "bytes 0-3",
        "bytes 0-3/99999999999999999999",
        "items 0-3/4", "bytes 0 - 3/4",
    ])
    func aMalformedContentRangeIsNone(value: String) {
        #expect(ContentRange(value) == nil)
    }

    @Test func theStallClockRunsOnlyWhileTheServerIsExpectedToSpeak() {
        let start = SuspendingClock.now
        var deadlines = TransferDeadlines(.init(stallTimeout: .seconds(15)), issued: start)
        #expect(deadlines.next == nil)
        deadlines.restartStallClock(at: start)
        #expect(deadlines.next == start + .seconds(15))
        #expect(deadlines.expiry(at: start + .seconds(14)) == nil)
        deadlines.restartStallClock(at: start + .seconds(10))
        #expect(deadlines.expiry(at: start + .seconds(24)) == nil)
        #expect(deadlines.expiry(at: start + .seconds(25)) == .stalled)
        deadlines.stopStallClock()
        #expect(deadlines.expiry(at: start + .seconds(100)) == nil)
    }

    @Test func theTimeToAnswerRunsFromTheCallUntilTheHeadIsThere() {
        let start = SuspendingClock.now
        var deadlines = TransferDeadlines(.init(stallTimeout: .seconds(15), answerTimeout: .seconds(2)), issued: start)
        #expect(deadlines.next == start + .seconds(2))
        deadlines.restartStallClock(at: start + .seconds(1))
        #expect(deadlines.expiry(at: start + .milliseconds(1999)) == nil)
        #expect(deadlines.expiry(at: start + .seconds(2)) == .unanswered)
        deadlines.answerHasBegun()
        #expect(deadlines.expiry(at: start + .seconds(2)) == nil)
        #expect(deadlines.next == start + .seconds(16))
    }

    @Test func theTotalTimeRunsFromTheCall() {
        let start = SuspendingClock.now
        var deadlines = TransferDeadlines(.init(stallTimeout: .seconds(15), totalTimeout: .seconds(20)), issued: start)
        #expect(deadlines.next == start + .seconds(20))
        deadlines.restartStallClock(at: start + .seconds(19))
        #expect(deadlines.next == start + .seconds(20))
        #expect(deadlines.expiry(at: start + .seconds(20)) == .totalTimedOut)
    }

    @Test func aHeadIsPutTogetherFromItsLines() throws {
        var parser = ResponseHeadParser()
        var head: ResponseHead?
        for line in ["HTTP/2 200 \r\n", "Name: a\r\n", "\t folded \r\n", "Empty:\r\n", "\r\n"] {
            #expect(head == nil)
            head = try Array(line.utf8).withUnsafeBytes { try parser.consume($0) }
        }
        #expect(head?.httpVersion == .http2)
        #expect(head?.fields.all == [.init(name: "Name", value: "a folded"), .init(name: "Empty", value: "")])
        #expect(try Array("Trailer: x\r\n".utf8).withUnsafeBytes { try parser.consume($0) } == nil)
    }

    @Test func timeoutsAreNeverRoundedDown() {
        #expect(Duration.zero.roundedUpMilliseconds == 0)
        #expect(Duration.seconds(-1).roundedUpMilliseconds == 0)
        #expect(Duration.nanoseconds(1).roundedUpMilliseconds == 1)
        #expect(Duration.milliseconds(1500).roundedUpMilliseconds == 1500)
        #expect(Duration.seconds(Int64.max).roundedUpMilliseconds == .max)
    }
}
