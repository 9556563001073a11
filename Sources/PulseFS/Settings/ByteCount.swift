/// A number of bytes as people type it: `10G`, `500M`, `1.5GiB`, `2GB`, or plain bytes.
///
/// As in GNU's tools, `G` and `GiB` are 1024³ and `GB` is 1000³; capitals do not matter.
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    package let bytes: UInt64

    package init(_ bytes: UInt64) { self.bytes = bytes }

    /// Nil for what is no such number, or one above 2⁶³.
    package init?(_ text: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let unit = Self.unit(text[number.endIndex...].lowercased()), number.contains(where: \.isNumber),
            let value = Double(number.hasSuffix(".") ? "" : String(number))
        else { return nil }
        let bytes = (value * unit).rounded()
        guard bytes < 0x1p63 else { return nil }
        // Whole numbers of bytes are exact beyond what a Double can tell apart.
        self.bytes = unit == 1 ? UInt64(number) ?? UInt64(bytes) : UInt64(bytes)
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
