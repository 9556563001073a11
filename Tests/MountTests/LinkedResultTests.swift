import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A pipeline's result of which `results` is a link: what it gives may be had once, and nobody asks for it unasked.
@Suite("Links within results", .takingTurns, .timeLimit(.minutes(10)))
struct LinkedResultTests {
    private static let linked = Array(
        """
        {"extract": {"markdown": "# Lease\\n\\nOf the mill.\\n", "page_count": 1,
         "bounding_boxes": {"Tables": [{"table_info": {}, "content": [["a", "b"], ["1", "2"]]}]}}}
        """.utf8)

    /// Gives it once.
    private func link() throws -> ScriptedFile {
        try ScriptedFile { request in
            request.number == 1
                ? .init(
                    "200 OK", ["Content-Type: application/json", "Content-Length: \(Self.linked.count)"], Self.linked)
                : .init("410 Gone", ["Content-Length: 0"])
        }
    }

    private func job(_ link: ScriptedFile) -> EmulatedJob {
        let result: JSONNode = [
            "execution_id": "e1", "status": "completed", "results": ["is_url": true, "url": .string(link.url)],
        ]
        return EmulatedJob(id: "linked", result: .inline(result))
    }

    @Test("S3.5 a link within a result is told of, and not followed by whoever looks")
    func told() async throws {
        let link = try link()
        try await Rig.mounted(adding: [job(link)]) { (rig, mount) async throws in
            let files = try await mount.shell(
                "cd \"$M\"/jobs/linked && ls && cat index.html error.txt result.json *.md")
            #expect(files.lines.contains("error.txt") && files.lines.contains("result.json"), "\(files.errors)")
            #expect(!files.lines.contains("result.md"))
            let told = try await mount.shell("cat \"$M\"/jobs/linked/error.txt").text
            #expect(told.contains("pulsefs fetch --follow-links linked"), "\(told)")
            #expect(told.contains("only once") && told.contains("after the job's end, at 20"), "\(told)")
            #expect(try await mount.shell("cat \"$M\"/jobs/linked/contents.md").text.contains("see error.txt"))
            let page = try await mount.shell("cat \"$M\"/jobs/linked/index.html").text
            #expect(page.contains("pulsefs fetch --follow-links linked"))
            let said = try await rig.pulsefs(
                "explain", "--json", mount.path.appending("jobs/linked/result.md").string)
            #expect(try said.object()["finding"] as? String == "link_not_followed", "\(said.text)")
            let fetched = try await rig.pulsefs("fetch", "linked")
            #expect(fetched.status == 1 && fetched.errors.contains("--follow-links"), "\(fetched.errors)")
            #expect(link.requests.isEmpty)
        }
    }

    @Test("S1.14 S3.1 a link that is followed by hand gives the files of a plain result, once, also after a remount")
    func followed() async throws {
        let link = try link()
        try await Rig.with(adding: [job(link)]) { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                // What the kernel keeps of the result before is not shown after.
                try await mount.shell("cat \"$M\"/jobs/linked/result.json \"$M\"/jobs/linked/error.txt")
                let fetched = try await rig.pulsefs("fetch", "--follow-links", "linked")
                #expect(fetched.status == 0, "\(fetched.errors)")
                try await rig.eventually {
                    try await mount.shell("cat \"$M\"/jobs/linked/result.md").text == "# Lease\n\nOf the mill.\n"
                }
                try await rig.eventually {
                    try await mount.shell("cat \"$M\"/jobs/linked/result.json").output == Self.linked
                }
                try await rig.eventually {
                    !(try await mount.shell("ls \"$M\"/jobs/linked").lines.contains("error.txt"))
                }
                #expect(try await mount.shell("cat \"$M\"/jobs/linked/contents.md").text.contains("Lease"))
                #expect(try await mount.shell("cat \"$M\"/jobs/linked/index.html").text.contains("Of the mill."))
                #expect(try await rig.pulsefs("fetch", "--follow-links", "linked").status == 0)
            }
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.bytes("jobs/linked/result.json") == Self.linked)
            }
            #expect(link.requests.count == 1)
            #expect(
                link.requests.allSatisfy { request in
                    !request.lines.contains { $0.lowercased().hasPrefix("x-api-key") }
                })
        }
    }

    @Test("S3.4 a link within a result that is spent is told of, and the result that held it stays")
    func spent() async throws {
        let link = try ScriptedFile { _ in .init("410 Gone", ["Content-Length: 0"]) }
        try await Rig.mounted(adding: [job(link)]) { (rig, mount) async throws in
            let before = try await mount.bytes("jobs/linked/result.json")
            let fetched = try await rig.pulsefs("fetch", "--follow-links", "linked")
            #expect(fetched.status == 1, "\(fetched.text)")
            try await rig.eventually {
                try await mount.shell("cat \"$M\"/jobs/linked/error.txt").text.contains("was downloaded")
            }
            #expect(try await mount.bytes("jobs/linked/result.json") == before)
        }
    }
}
