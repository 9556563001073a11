import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("Explained paths")
struct ExplainedPathsTests {
    @Test(
        "a path is found again in the name of the file that explains it",
        arguments: ["jobs/a/result.md", "jobs/50%/images/a%2Fb.png", "jobs/ä/ö", ".pulsefs", "..x/y", "jobs/a b\"\n"])
    func roundTrip(_ path: String) {
        let name = ExplainedPaths.name(of: path)
        #expect(!name.contains("/") && name != "." && name != "..")
        let found = ExplainedPaths.path(of: name)
        #expect(found == path || found == "/" + path)
        #expect(ExplainedPaths.path(of: ExplainedPaths.name(of: "")) == "/")
    }

    @Test("each file has its own number, and the latest are kept")
    func numbers() {
        let paths = ExplainedPaths()
        let first = paths.add([1])
        let second = paths.add([2])
        #expect(first != second && paths.file(first)?.bytes == [1] && paths.file(second)?.bytes == [2])
        for _ in 0..<2000 { _ = paths.add([3]) }
        #expect(paths.file(first) == nil)
        #expect(paths.file(paths.add([4]))?.bytes == [4])
    }

    private static let links: [FilePath: FilePath] = [
        "/home/me/link": "/mnt/pulse/jobs", "/home/me/near": "../me/link/a", "/round": "/round",
    ]

    private func mounted(_ path: FilePath) -> MountedPath? {
        MountedPath(path, isMount: { $0 == "/mnt/pulse" }, link: { Self.links[$0] })
    }

    @Test("S5.5 a path is found in a mount by its form, through links, and whether or not it is there")
    func mountedPaths() {
        #expect(mounted("/mnt/pulse")?.path == "")
        #expect(mounted("/mnt/pulse/jobs/a/../b/./result.md")?.path == "jobs/b/result.md")
        #expect(mounted("/home/me/link/a/x")?.path == "jobs/a/x")
        #expect(mounted("/home/me/near/result.md")?.path == "jobs/a/result.md")
        #expect(mounted("/mnt/../mnt/pulse/x")?.mountpoint == "/mnt/pulse")
        #expect(mounted("/mnt/pulse/../other") == nil)
        #expect(mounted("/round/x") == nil && mounted("/home/me") == nil && mounted("/mnt/pulse2") == nil)
    }

    @Test("S5.5 every finding has a word of its own and says what to do")
    func advice() {
        #expect(Set(Finding.allCases.map(\.word)).count == Finding.allCases.count)
        for finding in Finding.allCases {
            let words = AdviceTable.words(for: finding, job: "some-job")
            #expect(words.count > 10 && (words.hasSuffix(".") || words.contains(": pulsefs ")), "\(words)")
            #expect(finding.word.allSatisfy { $0 == "_" || ("a"..."z").contains($0) }, "\(finding.word)")
            #expect(finding.isFine == words.hasPrefix("Nothing is wrong"))
        }
        #expect(Finding.failure(.keyRefused).word == "key_refused")
    }

    @Test("S5.5 S1.8 a slash with a mark behind it, at the beginning of a name, is a slash")
    func marks() {
        let path = "jobs/a/images/\u{301}b.png"
        let name = ExplainedPaths.name(of: path)
        #expect(
            !name.utf8.contains(UInt8(ascii: "/"))
                && ExplainedPaths.path(of: name).map { Array($0.utf8) } == Array(path.utf8))
        guard case .file("a", let file) = TreePath(path) else {
            Issue.record("\(TreePath(path))")
            return
        }
        #expect(Array(file.utf8) == Array("images/\u{301}b.png".utf8))
    }
}
