import PulseTestSupport
import Quantities
import Testing

@Suite("Arithmetic on numbers from outside")
struct SaturatingArithmeticTests {
    /// What does not fit is the nearest number that does; every pair of a type of eight bits is tried.
    @Test("S5.6 sums, differences and products of any two numbers are the nearest that the type holds")
    func small() {
        for left in Int8.min...Int8.max {
            for right in Int8.min...Int8.max {
                let (a, b) = (Int(left), Int(right))
                #expect((left +| right) == Int8(clamping: a + b))
                #expect((left -| right) == Int8(clamping: a - b))
                #expect((left *| right) == Int8(clamping: a * b))
                let (c, d) = (UInt8(bitPattern: left), UInt8(bitPattern: right))
                #expect((c +| d) == UInt8(clamping: Int(c) + Int(d)))
                #expect((c -| d) == UInt8(clamping: Int(c) - Int(d)))
                #expect((c *| d) == UInt8(clamping: Int(c) * Int(d)))
            }
        }
    }

    @Test("S5.6 the same for the numbers of 64 bits, at their edges and at random")
    func large() {
        var generator = SeededGenerator(seed: 15)
        let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 1 << 31, 1 << 32, .max - 1, .max]
        let numbers =
            edges
            + (0..<100).map { _ in Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<63, using: &generator) }
        for left in numbers {
            for right in numbers {
                let (a, b) = (Int128(left), Int128(right))
                #expect((left +| right) == Int64(clamping: a + b))
                #expect((left -| right) == Int64(clamping: a - b))
                #expect((left *| right) == Int64(clamping: a * b))
                let (c, d) = (UInt64(bitPattern: left), UInt64(bitPattern: right))
                #expect((c +| d) == UInt64(clamping: UInt128(c) + UInt128(d)))
                #expect((c -| d) == UInt64(clamping: Int128(c) - Int128(d)))
                #expect((c *| d) == UInt64(clamping: UInt128(c) * UInt128(d)))
            }
        }
        #expect(numbers.map { UInt64(bitPattern: $0) }.saturatingSum == .max)
        #expect([UInt64]().saturatingSum == 0)
    }
}
