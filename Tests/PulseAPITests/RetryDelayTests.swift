import Foundation
import Testing

@testable import PulseAPI

@Suite("Retry-After")
struct RetryDelayTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
    private let example = Date(timeIntervalSince1970: 784_111_777)

    private func delay(_ text: String?, at now: Date) -> Duration? {
        APIError(
            cause: .status(429), request: "GET /job/a", code: nil, message: "", requestID: nil, retryAfter: text
        ).retryDelay(at: now)
    }

    @Test(
        "seconds, or a date in any of HTTP's three forms",
        arguments: [
            ("0", 0), ("7", 7), ("0120", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 10),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 10), ("Sun Nov  6 08:49:37 1994", 10),
            // What has passed is now, and a mistake of years is an hour.
            ("Sun, 06 Nov 1994 08:49:00 GMT", 0), ("Sun, 06 Nov 2094 08:49:00 GMT", 3600), ("999999", 3600),
            ("99999999999999999999999999", 3600),
        ])
    func readable(text: String, seconds: Int) {
        #expect(delay(text, at: example - 10) == .seconds(seconds))
    }

    @Test("anything else says nothing", arguments: [nil, "", "-1", "soon", "1.5", "7 s", "١٢", "0x10", "1e3", "::::"])
    func unreadable(text: String?) { #expect(delay(text, at: example) == nil) }
}
