import Quantities
import Testing

@Suite("Byte count")
struct ByteCountTextTests {
    @Test(
        "sizes as people type them",
        arguments: [
            ("0", 0), ("1", 1), ("4096B", 4096), ("10G", 10 << 30), ("10g", 10 << 30), ("500M", 500 << 20),
            ("1.5GiB", 3 << 29), ("2GB", 2_000_000_000), ("1kb", 1000), ("1K", 1024), (".5k", 512), ("3T", 3 << 40),
            ("9007199254740993", 9_007_199_254_740_993),
        ] as [(String, UInt64)])
    func parses(_ text: String, _ bytes: UInt64) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(
        "what is no size is none",
        arguments: [
            "", "G", "10X", "-1", "+1", "1 G", "10GiBs", "1.2.3", "1e3", "0x10", "nan", ".", "5.", "9000P", "٣",
        ])
    func refuses(_ text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(
        "sizes as people read them",
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (10 << 30, "10 GiB"),
            ((1 << 20) - 1, "1 MiB"), (123 << 20, "123 MiB"),
        ] as [(UInt64, String)])
    func describes(_ bytes: UInt64, _ text: String) {
        #expect("\(ByteCount(bytes))" == text)
    }
}
