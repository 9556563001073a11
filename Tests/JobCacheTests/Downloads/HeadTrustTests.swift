import Testing
import Transfer

@testable import JobCache
@testable import PulseAPI

@Suite("How sizes are learnt")
struct HeadTrustTests {
    private static let api = "https://api.example.com:443"
    private static let other = "https://files.example.com:443"

    private static func truthful() -> HeadTrust {
        var trust = HeadTrust()
        _ = trust.decide(.size(10), at: api)
        return trust
    }

    private static func decision(
        _ trust: inout HeadTrust, _ answer: HeadTrust.Answer, at origin: String
    ) -> HeadTrust.Decision {
        trust.decide(answer, at: origin)
    }

    private static func question(_ trust: inout HeadTrust, at origin: String) -> HeadTrust.Question {
        trust.question(at: origin)
    }

    @Test("HEAD comes first, and a size that it tells is believed")
    func size() {
        var trust = HeadTrust()
        #expect(Self.question(&trust, at: Self.api) == .head)
        #expect(Self.decision(&trust, .size(10), at: Self.api) == .believe)
        #expect(Self.question(&trust, at: Self.api) == .head)
    }

    @Test("a server that does not know HEAD is not asked by it again, also if it did before", arguments: [405, 501])
    func unknownMethod(status: Int) {
        for var trust in [HeadTrust(), Self.truthful()] {
            #expect(Self.decision(&trust, .refused(status: status), at: Self.api) == .askByGet)
            #expect(Self.question(&trust, at: Self.api) == .get)
            #expect(Self.question(&trust, at: Self.other) == .head)
        }
    }

    @Test(
        "a refusal is confirmed by GET until HEAD has told a size, and then it stands",
        arguments: [302, 400, 401, 403, 404, 410])
    func refusal(status: Int) {
        var trust = HeadTrust()
        #expect(Self.decision(&trust, .refused(status: status), at: Self.api) == .askByGet)
        // GET may refuse it too: nothing is learnt from that.
        #expect(Self.question(&trust, at: Self.api) == .head)
        #expect(Self.decision(&trust, .refused(status: status), at: Self.api) == .askByGet)
        trust.confirm(10, after: .refused(status: status), at: Self.api)
        #expect(Self.question(&trust, at: Self.api) == .get)
        var truthful = Self.truthful()
        #expect(Self.decision(&truthful, .refused(status: status), at: Self.api) == .believe)
        #expect(Self.decision(&truthful, .refused(status: status), at: Self.other) == .askByGet)
    }

    @Test(
        "a fault of the server is no word on the file: GET is asked, and HEAD stays as good as it was",
        arguments: [500, 502, 505, 599])
    func fault(status: Int) {
        for (var trust, question) in [(HeadTrust(), HeadTrust.Question.get), (Self.truthful(), .head)] {
            #expect(Self.decision(&trust, .refused(status: status), at: Self.api) == .askByGet)
            trust.confirm(10, after: .refused(status: status), at: Self.api)
            #expect(Self.question(&trust, at: Self.api) == question)
        }
    }

    @Test(
        "what is about the moment or the account stands at once, and says nothing of HEAD",
        arguments: [
            HeadTrust.Answer.failed, .refused(status: 402), .refused(status: 408), .refused(status: 429),
            .refused(status: 425), .refused(status: 503), .refused(status: 504),
        ])
    func moment(answer: HeadTrust.Answer) {
        for var trust in [HeadTrust(), Self.truthful()] {
            #expect(Self.decision(&trust, answer, at: Self.api) == .believe)
            #expect(Self.question(&trust, at: Self.api) == .head)
        }
    }

    @Test("S5.1 a HEAD that gets no answer is asked as a GET; one that was good once is asked again the next time")
    func silent() {
        for (var trust, question) in [(HeadTrust(), HeadTrust.Question.get), (Self.truthful(), .head)] {
            #expect(Self.decision(&trust, .silent, at: Self.api) == .askByGet)
            trust.confirm(10, after: .silent, at: Self.api)
            #expect(Self.question(&trust, at: Self.api) == question)
        }
    }

    @Test("a head without a length is no size; a server that gives none is asked by GET from then on")
    func nothing() {
        var trust = HeadTrust()
        #expect(Self.decision(&trust, .nothing, at: Self.api) == .askByGet)
        trust.confirm(10, after: .nothing, at: Self.api)
        #expect(Self.question(&trust, at: Self.api) == .get)
        var truthful = Self.truthful()
        #expect(Self.decision(&truthful, .nothing, at: Self.api) == .askByGet)
        truthful.confirm(10, after: .nothing, at: Self.api)
        #expect(Self.question(&truthful, at: Self.api) == .head)
    }

    @Test("a length of nought is confirmed by GET: servers that drop the body announce what is left")
    func zero() {
        for (size, question) in [(UInt64(0), HeadTrust.Question.head), (10, .get)] {
            var trust = HeadTrust()
            #expect(Self.decision(&trust, .size(0), at: Self.api) == .askByGet)
            trust.confirm(size, after: .size(0), at: Self.api)
            #expect(Self.question(&trust, at: Self.api) == question)
        }
    }

    @Test("a size that was wrong ends the trust, also in answers that are on their way")
    func disproved() {
        var trust = Self.truthful()
        trust.disprove(Self.api)
        #expect(Self.question(&trust, at: Self.api) == .get)
        #expect(Self.decision(&trust, .size(10), at: Self.api) == .askByGet)
        #expect(Self.decision(&trust, .refused(status: 404), at: Self.api) == .askByGet)
    }

    @Test("an answer of the client is one of these")
    func answers() {
        func error(_ cause: APIError.Cause) -> Result<UInt64?, APIError> {
            .failure(APIError(cause: cause, request: "HEAD", code: nil, message: "", requestID: nil, retryAfter: nil))
        }
        #expect(HeadTrust.Answer(.success(7)) == .size(7))
        #expect(HeadTrust.Answer(.success(nil)) == .nothing)
        #expect(HeadTrust.Answer(error(.status(404))) == .refused(status: 404))
        #expect(HeadTrust.Answer(error(.transport(.invalidResponse))) == .nothing)
        #expect(HeadTrust.Answer(error(.transport(.refused))) == .failed)
        #expect(HeadTrust.Answer(error(.noKey)) == .failed)
        #expect(HeadTrust.Answer(error(.badURL)) == .failed)
    }
}
