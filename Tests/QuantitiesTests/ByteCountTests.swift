import PulseTestSupport
import Quantities
import Testing

@Suite("Numbers of bytes")
struct ByteCountTests {
    private static let edges: [UInt64] = [
        0, 1, 2, 511, 512, 1 << 31, 1 << 32, (1 << 62) - 1, 1 << 62, (1 << 63) - 2, (1 << 63) - 1, 1 << 63,
        (1 << 63) + 1, .max - 1, .max,
    ]

    /// Edge values, and others of every magnitude.
    private static var numbers: [UInt64] {
        var generator = SeededGenerator(seed: 14)
        return edges + (0..<200).map { _ in generator.next() >> UInt64.random(in: 0..<64, using: &generator) }
    }

    @Test(
        "S5.6 a length is from 0 to 2^63-1, and sums and differences of any two stay within that and are right where they fit"
    )
    func arithmetic() {
        let most = UInt64(Int64.max)
        for left in Self.numbers {
            let a = ByteCount(left)
            #expect(a.bytes == min(left, most))
            #expect(ByteCount(exactly: left) == (left <= most ? a : nil))
            for right in Self.numbers {
                let b = ByteCount(right)
                // Both are below 2^63: nothing here overflows.
                #expect((a + b).bytes == min(a.bytes + b.bytes, most))
                #expect((a - b).bytes == (a.bytes > b.bytes ? a.bytes - b.bytes : 0))
                #expect((a < b) == (a.bytes < b.bytes))
                var sum = a
                sum += b
                #expect(sum == a + b)
                sum -= b
                #expect(sum <= a)
            }
        }
        #expect(Self.numbers.map { ByteCount($0) }.total == .max)
        #expect([ByteCount]().total == .zero)
    }

    @Test("S2.7 only digits that make a length are one")
    func digits() {
        for number in Self.numbers {
            #expect(ByteCount(digits: String(number))?.bytes == (number <= UInt64(Int64.max) ? number : nil))
        }
        #expect(ByteCount(digits: "0005") == 5)
        for text in ["", "-1", "+1", " 1", "1 ", "1.0", "0x10", "1e3", "٣", "5, 5", "99999999999999999999999"] {
            #expect(ByteCount(digits: text) == nil, "\(text)")
        }
        #expect(ByteCount(exactly: -1) == nil)
        #expect(ByteCount(exactly: Int64.min) == nil)
        #expect(ByteCount("9223372036854775807") == .max)
        for text in ["9223372036854775808", "18446744073709551615", "8388608T", "99999P", "1e5", "nan", "inf"] {
            #expect(ByteCount(text) == nil, "\(text)")
        }
    }
}
