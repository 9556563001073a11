import Transfer

#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension APIError {
    /// A server that wants to be left alone for longer is asked again after this all the same.
    package static let longestRetryDelay = Duration.seconds(3600)

    /// How long the API wants to be left alone from `now` on, by `Retry-After`: seconds or a date (RFC 9110, section 10.2.3).
    /// Nil when it says nothing that can be read; never negative.
    package func retryDelay(at now: Date = Date()) -> Duration? {
        guard let text = retryAfter else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // More digits than a number has are a long time.
            return Int64(text).map { min(.seconds($0), Self.longestRetryDelay) } ?? Self.longestRetryDelay
        }
        guard let date = HTTPDate.seconds(text) else { return nil }
        let longest = Double(Self.longestRetryDelay.components.seconds)
        return .seconds(min(max(0, Double(date) - now.timeIntervalSince1970), longest))
    }
}
