import Testing

@testable import PulseEmulator

@Suite struct ByteRangeTests {
    @Test(arguments: [
        ("bytes=0-0", ByteRange.part(0..<1)), ("bytes=10-19", .part(10..<20)),
        ("bytes=90-", .part(90..<100)), ("bytes=-10", .part(90..<100)),
        ("bytes=-1000", .part(0..<100)), ("bytes=0-999", .part(0..<100)),
        ("bytes=100-", .unsatisfiable), ("bytes=200-300", .unsatisfiable),
        ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=0-1,5-6", .whole),
        ("items=0-1", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole),
    ])
    func headersAreReadAsTheStandardSays(header: String, expected: ByteRange) {
        #expect(ByteRange(header: header, count: 100) == expected)
    }

    @Test func anEmptyBodyHasNoPart() {
        #expect(ByteRange(header: "bytes=0-", count: 0) == .unsatisfiable)
        #expect(ByteRange(header: "bytes=-5", count: 0) == .unsatisfiable)
        #expect(ByteRange(header: nil, count: 0) == .whole)
    }
}
