import Testing

@testable import PulseFS

@Suite("File name")
struct FileNameTests {
    @Test(
        "S1.4 separators, directories, control characters and over 255 bytes are refused",
        arguments: [
            "", ".", "..", "a/b", "/", "a\0b", "a\nb", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{9f}",
            String(repeating: "x", count: 256), String(repeating: "ü", count: 128),
        ])
    func unsafe(name: String) {
        #expect(!FileName.isSafe(name))
    }

    @Test(
        "S1.4 strange but legal names stay",
        arguments: [
            "...", ".hidden", "a\\b", "a b", " ", "-rf", "図表 1.png", "e\u{301}.png", "\u{a0}", "100 %.png",
            String(repeating: "x", count: 255),
        ])
    func safe(name: String) {
        #expect(FileName.isSafe(name))
    }

    @Test("a suffix is up to five letters and digits after the last dot")
    func suffix() {
        #expect(FileName.suffix(of: "a.png") == "png")
        #expect(FileName.suffix(of: "a.tar.gz") == "gz")
        #expect(FileName.suffix(of: "a.jpeg2") == "jpeg2")
        for name in ["a", "a.", ".png", "a.sixsix", "a.p g", "a.ünï", "a./b", ""] {
            #expect(FileName.suffix(of: name) == nil, "\(name)")
        }
    }
}
