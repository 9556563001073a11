/// A length or an offset in bytes: 0 … 2⁶³−1, as off_t has it.
///
/// Sums and differences stay within that, so that no number from outside ends the process. What is larger is no length: the
/// failable initialisers refuse it, `init(_:)` takes the largest there is in its place.
package struct ByteCount: Hashable, Comparable, Sendable {
    package let bytes: UInt64

    package static let max = ByteCount(UInt64(Int64.max))
    package static let zero = ByteCount(0)

    package init(_ bytes: UInt64) { self.bytes = min(bytes, UInt64(Int64.max)) }

    /// Nil for what is no length: less than nothing, or above 2⁶³−1.
    package init?(exactly bytes: some BinaryInteger) {
        guard let number = Int64(exactly: bytes), number >= 0 else { return nil }
        self.bytes = UInt64(number)
    }

    /// The number written in decimal digits alone; nil for a sign, white space, nothing, or too large a number.
    package init?(digits: some StringProtocol) {
        guard let number = UInt64(digits: digits) else { return nil }
        self.init(exactly: number)
    }

    package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }

    /// At most ``max``.
    package static func + (left: Self, right: Self) -> Self { Self(left.bytes +| right.bytes) }

    /// At least ``zero``.
    package static func - (left: Self, right: Self) -> Self { Self(left.bytes -| right.bytes) }

    package static func += (left: inout Self, right: Self) { left = left + right }
    package static func -= (left: inout Self, right: Self) { left = left - right }
}

extension ByteCount: ExpressibleByIntegerLiteral {
    package init(integerLiteral bytes: UInt64) { self.init(bytes) }
}

extension Sequence<ByteCount> {
    /// At most ``ByteCount/max``.
    package var total: ByteCount { reduce(.zero, +) }
}

/// As people type it and are shown it: `10G`, `500M`, `1.5GiB`, `2GB`, or plain bytes.
///
/// As in GNU's tools, `G` and `GiB` are 1024³ and `GB` is 1000³; capitals do not matter.
extension ByteCount: CustomStringConvertible {
    /// Nil for what is no such number, or one above 2⁶³−1.
    package init?(_ text: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let unit = Self.unit(text[number.endIndex...].lowercased()), number.contains(where: \.isNumber),
            let value = Double(number.hasSuffix(".") ? "" : String(number))
        else { return nil }
        let bytes = (value * unit).rounded()
        // Whole numbers of bytes are exact beyond what a Double can tell apart.
        if unit == 1, let whole = ByteCount(digits: number) {
            self = whole
        } else {
            guard bytes < 0x1p63 else { return nil }
            self.init(UInt64(bytes))
        }
    }

    private static func unit(_ text: String) -> Double? {
        guard let prefix = text.first, let power = ["k", "m", "g", "t", "p"].firstIndex(of: prefix) else {
            return text.isEmpty || text == "b" ? 1 : nil
        }
        let base: Double
        switch text.dropFirst() {
        case "", "ib": base = 1024
        case "b": base = 1000
        default: return nil
        }
        return (0...power).reduce(1) { product, _ in product * base }
    }

    /// In the largest fitting unit of 1024, with one decimal below a hundred, such as `1.5 GiB`.
    package var description: String {
        guard bytes >= 1024 else { return "\(bytes) B" }
        var value = Double(bytes) / 1024
        var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
        // What would be rounded to 1024 of one unit is 1 of the next.
        while value >= 1023.95, units.count > 1 {
            value /= 1024
            units.removeFirst()
        }
        return "\(Self.text(value)) \(units.first ?? "")"
    }

    private static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths >= 1000 || tenths % 10 == 0 ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
