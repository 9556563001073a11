import Foundation

/// The spellings of a time that the API's answers contain.
public enum TimestampStyle: Sendable {
    /// `2025-01-15T10:30:00Z`
    case utc
    /// `2025-01-15T10:30:00.250000+00:00`
    case fractional

    func text(_ date: Date) -> String {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        let whole = Date(timeIntervalSince1970: seconds).formatted(.iso8601)
        switch self {
        case .utc:
            return whole
        case .fractional:
            let micros = Int((date.timeIntervalSince1970 - seconds) * 1_000_000)
            let digits = String(micros)
            let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            return "\(whole.dropLast()).\(padded)+00:00"
        }
    }
}
