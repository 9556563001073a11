import SharedStore
import Testing

@Suite("The course of a claim") struct ClaimCourseTests {
    private static let nonce = "000000000000000000000000000000aa"
    private static let other = "000000000000000000000000000000bb"
    private static let claimed = ClaimRecord(
        epoch: 4, nonce: other, machine: "b", time: 7, .claimed(.init(beat: 2, received: 90)))

    private static func etag(_ text: String) throws -> ETag { try #require(ETag("\"\(text)\"")) }

    private static func course() -> ClaimCourse {
        ClaimCourse(ClaimRules(), nonce: nonce, machine: "a", mayClaim: true, lateFrom: nil)
    }

    @Test("a claimant that is known to have died is taken over from at once, on the condition that nobody else has")
    func former() throws {
        let etag = try Self.etag("1")
        var course = Self.course()
        let decision = course.saw(
            .record(Self.claimed, etag), begun: .zero, at: .zero, time: 9, former: Self.other)
        guard case .claim(let record, .ifStill(etag)) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(record.epoch == 5 && record.nonce == Self.nonce && record.silent.last?.received == 90)
    }

    @Test("one that is not is waited for, as long as its claim changes, and for a minute after that")
    func others() throws {
        for former in [nil, Self.nonce] {
            var course = Self.course()
            var now = Duration.zero
            for version in 1...3 {
                let etag = try Self.etag("\(version)")
                for _ in 1...2 {
                    let decision = course.saw(
                        .record(Self.claimed, etag), begun: now, at: now, time: 9, former: former)
                    guard case .readAgain = decision else {
                        Issue.record("\(decision)")
                        return
                    }
                    now += .seconds(59)
                }
                now -= .seconds(59)
            }
            now += .seconds(60)
            let decision = course.saw(
                .record(Self.claimed, try Self.etag("3")), begun: now, at: now, time: 9, former: former)
            guard case .claim = decision else {
                Issue.record("\(decision)")
                return
            }
        }
    }
}
