package import ArtifactStore
import Quantities

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The API's dates: ISO 8601, with or without a fraction, with or without a zone (then UTC).
package enum APITime {
    /// Nil for what is no such date; a file then shows another time rather than none.
    static func parse(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19 else { return nil }
        var main = String(decoding: bytes[..<19], as: UTF8.self).replacing(" ", with: "T")
        var rest = bytes[19...]
        var nanoseconds: Int64 = 0
        if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
            let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !digits.isEmpty else { return nil }
            for place in 0..<9 {
                let digit = place < digits.count ? Int64(digits[digits.startIndex + place] - UInt8(ascii: "0")) : 0
                nanoseconds = nanoseconds *| 10 +| digit
            }
            rest = rest.dropFirst(1 + digits.count)
        }
        main += rest.isEmpty ? "Z" : String(decoding: rest, as: UTF8.self)
        guard let date = try? Date(main, strategy: .iso8601) else { return nil }
        return Timestamp(seconds: Int64(exactly: date.timeIntervalSince1970.rounded()) ?? 0, nanoseconds: nanoseconds)
    }

    /// In UTC, to the second.
    package static func text(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.nanoseconds / 1_000_000_000)).formatted(.iso8601)
    }

    /// In UTC, to the millisecond.
    package static func preciseText(_ time: Timestamp) -> String {
        let milliseconds = (time.nanoseconds / 1_000_000) % 1000
        let digits = String(1000 +| max(0, milliseconds)).dropFirst()
        return text(time).replacing("Z", with: ".\(digits)Z")
    }

    package static var now: Timestamp { .now }
}
