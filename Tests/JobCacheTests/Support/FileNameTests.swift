import PulseTestSupport
import Testing

@testable import JobCache

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

    @Test("S1.8 a name is its bytes: what only looks the same is another")
    func bytes() {
        let (composed, decomposed) = ("Caf\u{e9}.png", "Cafe\u{301}.png")
        #expect(composed == decomposed)
        #expect(FileName(composed) != FileName(decomposed) && FileName(composed) == FileName(composed))
        #expect(Set([FileName(composed), FileName(decomposed), FileName("K"), FileName("\u{212a}")]).count == 4)
        #expect(FileName("B") < FileName("a") && FileName("e\u{301}") < FileName("\u{e9}"))
    }

    @Test("S1.8 names are given out once each, in about the same time however many are alike")
    func unique() {
        var names = UniqueNames()
        let wanted = ["a.png", "a.png", "a-2.png", "a.png", "A.png", "e\u{301}", "\u{e9}", "e\u{301}"]
        let given = wanted.map { names.take($0) }
        #expect(
            given.map(FileName.init)
                == ["a.png", "a-2.png", "a-2-2.png", "a-3.png", "A.png", "e\u{301}", "\u{e9}", "e\u{301}-2"]
                .map(FileName.init))
        for long in [String(repeating: "x", count: 255), String(repeating: "\u{fc}", count: 127)] {
            var names = UniqueNames()
            let given = (0..<300).map { _ in names.take(long) }
            #expect(Set(given.map(FileName.init)).count == 300 && given.allSatisfy { $0.utf8.count <= 255 })
        }
        let time = { (count: Int) in
            ProcessorTime.measure {
                var names = UniqueNames()
                for _ in 0..<count { _ = names.take("image.png") }
            }
        }
        // Ten times as many take ten times as long, not a hundred times. Others share the processor's caches, so one of a few rounds
        // has to show it.
        let isLinear = (0..<4).contains { _ in time(30_000) < max(time(3000), .milliseconds(1)) * 40 }
        #expect(isLinear)
    }

    @Test(
        "S1.4 names that only desktops look for are known",
        arguments: [
            (".directory", true), (".hidden", true), (".git", true), ("Thumbs.db", true), ("thumbs.db", true),
            ("desktop.ini", true), ("Desktop.ini", true), ("thumbs.db.png", false), ("a.png", false),
            ("directory", false),
        ])
    func desktops(_ name: String, _ isOne: Bool) {
        #expect(FileName.isOfDesktop(name) == isOne)
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
