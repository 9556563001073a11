import PulseEmulator
import SystemPackage
import Testing

@testable import PulseFS

@Suite("The tree: answers that are not quite JSON")
struct LenientAnswerTests {
    private static let result = #"""
        { "markdown":"T\u00e9\n", "page_count": NaN, "credits_used":-Infinity, "scores": [NaN, {"a": Infinity}],
          "extensions": {"altOutputs": {"html": "<p>x</p>"}},
          "bounding_boxes": {"Images": [{"id": "i", "image_url": "data:image/png;base64,aGk=", "page_number": NaN}]} }
        """#

    private static func answer(_ result: String, _ status: String = "completed") -> String {
        #"{"job_id": "j", "status": "\#(status)", "score": NaN, "deep": [{"a": -Infinity}], "result": \#(result)}"#
    }

    @Test(
        "S5.8 a job sent with a byte order mark and numbers that are not finite has all its files",
        arguments: [
            "", "\u{FEFF}",
        ])
    func job(mark: String) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(.json(mark + Self.answer(Self.result)), on: .path("/job/j"))
            #expect(try await tree.content("jobs/j/result.json") == Array(Self.result.utf8))
            #expect(try await tree.text("jobs/j/result.md") == "Té\n")
            #expect(try await tree.text("jobs/j/result.html") == "<p>x</p>")
            #expect(try await tree.content("jobs/j/images/i.png") == Array("hi".utf8))
            #expect(try await tree.text("jobs/j/index.html").contains("Té"))
            let status = try await tree.text("jobs/j/status.json")
            #expect(
                status.hasPrefix(
                    "{\n  \"job_id\": \"j\",\n  \"status\": \"completed\",\n  \"score\": NaN,\n  \"deep\": [{\"a\": -Infinity}]\n}"
                ))
            #expect(emulator.count(.path("/job/j")) == 1)
        }
    }

    @Test("S5.8 a job that is running is read from such an answer, and again when it has ended")
    func running() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(.json("\u{FEFF}" + Self.answer("null", "processing")), on: .path("/job/j"))
            #expect(try await tree.text("jobs/j/status.json").contains("\"score\": NaN"))
            #expect(try await tree.lookup("jobs/j/result.md") == nil)
        }
    }

    @Test(
        "S5.8 a large result with a byte order mark is kept byte for byte, the mark included",
        arguments: [
            "", "\u{FEFF}",
        ])
    func largeResult(mark: String) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let id = "loan-schedule-2024"
            emulator.set(.json(mark + Self.result), on: .path("/large_results/\(id)"))
            #expect(try await tree.text("jobs/\(id)/result.md") == "Té\n")
            #expect(try await tree.content("jobs/\(id)/result.json") == Array((mark + Self.result).utf8))
            #expect(try await tree.content("jobs/\(id)/images/i.png") == Array("hi".utf8))
            #expect(emulator.count(.path("/large_results/\(id)")) == 1)
        }
    }

    @Test("S5.8 an answer in UTF-16 is none, and why is said")
    func otherEncoding() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(.json("\u{FEFF}\u{FEFF}" + Self.answer("{}")), on: .path("/job/j"))
            #expect(await tree.failure("jobs/j/status.json") == .badMessage)
        }
    }
}
