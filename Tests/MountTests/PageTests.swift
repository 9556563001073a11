import Foundation
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite("A mount: pages", .timeLimit(.minutes(2)))
struct PageTests {
    @Test("S1.5 whole pages are copied, found by their size, read and mapped, by tools that go by the size")
    func tools() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let outcome = try await mount.shell(
                """
                cd "$M/jobs/$1" && ls -l index.html > /dev/null && cp -r . "$2" && cat index.html | cmp - "$2"/index.html &&
                  tar cf - index.html | tar xOf - | cmp - index.html && tail -c 8 index.html &&
                  find . -name index.html -size +5k && stat -c %s index.html && wc -c < "$2"/index.html &&
                  python3 -c 'import mmap; f = open("index.html", "rb"); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); print(m[:] == f.read())'
                """, [JobName.report, rig.scratch.appending("copy").string])
            let lines = outcome.lines
            try #require(lines.count == 5, "\(outcome.text)\(outcome.errors)")
            #expect(lines[0] == "</html>" && lines[1] == "./index.html" && lines[2] == lines[3] && lines[4] == "True")
            #expect(rig.emulator.requests(matching: .prefix("/job/")).count == 1)
        }
    }

    @Test("S2.1 a listing names the page and does not make it, and a page asks for no image")
    func listing() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let listing = try await mount.shell("ls -U \"$M/jobs/$1\"", [JobName.report])
            #expect(listing.lines.contains("index.html"))
            let pages = "find \"$1\"/blobs -name 9 | wc -l"
            #expect(try await Shell.run(pages, [rig.cache.string]).text == "0\n")
            #expect(try await mount.shell("grep -c '<img' \"$M/jobs/$1\"/index.html", [JobName.report]).status == 0)
            #expect(try await Shell.run(pages, [rig.cache.string]).text == "1\n")
            #expect(rig.emulator.fetchCounts == ["/job/\(JobName.report)": 1])
        }
    }

    @Test("S6.3 a page that says that a job runs becomes the document when it has ended, whole before and after")
    func completes() async throws {
        let time = Mutex(Date())
        try await Rig.with(clock: { time.withLock { $0 } }) { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                let page = "jobs/minutes-board-meeting/index.html"
                let before = String(decoding: try await mount.bytes(page), as: UTF8.self)
                #expect(before.contains("still being processed") && before.hasSuffix("</html>\n"))
                time.withLock { $0 += 60 }
                try await mount.eventually("grep -q '<article' \"$M/$1\"", [page])
                let after = try await mount.shell(
                    "cat \"$M/$1\" | wc -c; stat -c %s \"$M/$1\"; tail -c 8 \"$M/$1\"", [page])
                #expect(after.lines.count == 3 && after.lines[0] == after.lines[1] && after.lines[2] == "</html>")
            }
        }
    }

    @Test("a page evicted under a mount is made again, and is the same")
    func evicted() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let sum = "sha256sum < \"$M/jobs/$1\"/index.html"
            let before = try await mount.shell(sum, [JobName.invoice]).text
            #expect(try await rig.pulsefs("cache", "prune", "--to", "0").status == 0)
            #expect(try await mount.shell(sum, [JobName.invoice]).text == before && !before.isEmpty)
        }
    }

    @Test("an image that is whole in the document and in the result is shown as the file that it is")
    func inlineImages() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let picture = Data((0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }).base64EncodedString()
            let uri = "data:image/png;base64,\(picture)"
            // As some write JSON; the address is the same.
            let escaped = uri.replacingOccurrences(of: "/", with: "\\/")
            let answer = """
                {"job_id": "j", "status": "completed", "result": {"markdown": "# A\\n\\n![A chart](\(uri))\\n\\n$a_1$\\n",
                "bounding_boxes": {"Images": [{"id": "one", "image_url": "\(escaped)"}]}}}
                """
            rig.emulator.set(.json(answer), on: .path("/job/j"))
            let outcome = try await mount.shell(
                """
                cd "$M/jobs/j" && grep -o '<p><img[^>]*>' index.html && grep -c 'data:image/png' index.html;
                test -s "images/$(ls images)" && ls images && grep -c 'class="math">[$]a_1[$]<' index.html
                """)
            #expect(
                outcome.lines == [
                    "<p><img src=\"images/one.png\" alt=\"A chart\" loading=\"lazy\">", "0", "one.png", "1",
                ], "\(outcome.text)\(outcome.errors)")
        }
    }
}
