/// A length of time as people type it: `600` or `600s`, `10m`, `1h`; whole numbers, at most a year.
package struct TimeSpan: Hashable, Sendable {
    package let duration: Duration

    private static let longest = 366 * 86_400

    package init(seconds: Int) { duration = .seconds(seconds) }

    package init?(_ text: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits) else {
            return nil
        }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow, seconds <= Self.longest else { return nil }
        duration = .seconds(seconds)
    }
}
