import ArtifactStore
import Testing

@testable import JobCache

@Suite("API time")
struct APITimeTests {
    private static let base: Int64 = 1_736_937_000

    @Test(
        "every form the API uses is understood",
        arguments: [
            ("2025-01-15T10:30:00Z", 0), ("2025-01-15T10:30:00", 0), ("2025-01-15 10:30:00", 0),
            ("2025-01-15T10:30:00+00:00", 0), ("2025-01-15T10:30:00.25Z", 250_000_000),
            ("2025-01-15T10:30:00.250000+00:00", 250_000_000), ("2025-01-15T10:30:00.123456", 123_456_000),
            ("2025-01-15T10:30:00,5Z", 500_000_000), ("2025-01-15T10:30:00.1234567899Z", 123_456_789),
            ("2025-01-15T12:30:00+02:00", 0), ("2025-01-15T05:00:00.75-05:30", 750_000_000),
            ("2025-01-15T12:30:00+0200", 0), ("2025-01-15 10:30:00.000001", 1000),
        ])
    func forms(text: String, nanoseconds: Int64) {
        #expect(APITime.parse(text) == Timestamp(seconds: Self.base, nanoseconds: nanoseconds))
    }

    @Test(
        "S5.6 a date of any size is a time or none, and can be shown",
        arguments: [
            "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "9999999-01-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
            "1000000000000-01-01T00:00:00", "2025-01-15T10:30:00+99:99", "2025-01-15T10:30:00-9999999999",
            "2025-99-99T99:99:99Z", "2025-01-15T10:30:60Z",
        ])
    func extremes(text: String) {
        guard let time = APITime.parse(text) else { return }
        #expect(!APITime.text(time).isEmpty && !APITime.preciseText(time).isEmpty)
    }

    @Test("a time before 1970 is earlier than one after it")
    func early() {
        #expect(APITime.parse("1969-12-31T23:59:59.5Z") == Timestamp(nanoseconds: -500_000_000))
        #expect(APITime.parse("1970-01-01T00:00:00Z") == Timestamp(nanoseconds: 0))
    }

    @Test(
        "what is no date is no time",
        arguments: [
            "", "2025-01-15", "yesterday, at half past ten", "2025-13-15T10:30:00Z", "2025-01-15T10:30:00.Z",
            "2025-01-15T10:30:00 and more", "1736937000", "T\u{1F4C4}\u{1F4C4}\u{1F4C4}\u{1F4C4}\u{1F4C4}",
        ])
    func garbage(text: String) {
        #expect(APITime.parse(text) == nil)
    }

    @Test("now is after the day this was written")
    func now() {
        #expect(APITime.now > Timestamp(seconds: 1_750_000_000))
    }
}
