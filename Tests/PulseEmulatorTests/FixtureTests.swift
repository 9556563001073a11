import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// The documents are what they claim to be.
@Suite struct FixtureTests {
    @Test func idsAreUniqueAndWellFormed() throws {
        let ids = (Fixtures.jobs + Fixtures.shapes).map(\.id)
        #expect(Set(ids).count == ids.count)
        let pattern = #/[A-Za-z0-9][A-Za-z0-9_-]{0,127}/#
        for id in ids { #expect(id.wholeMatch(of: pattern) != nil) }
    }

    /// Of these not every image is there, or one.
    private static let oddImages = ["image-names-collection", "methods-paper-2025", "hostile-markup", "broken-images"]

    @Test func imagesAreImages() throws {
        let documents = Fixtures.jobs.filter { !Self.oddImages.contains($0.id) }
        var count = 0
        for image in documents.flatMap(\.images) {
            let opening = image.content.bytes(in: 0..<8)
            switch image.contentType {
            case "image/jpeg": #expect(opening.starts(with: [0xFF, 0xD8, 0xFF]))
            default: #expect(opening == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            }
            #expect(image.content.count > 500)
            count += 1
        }
        #expect(count >= 14)
    }

    @Test func everyAnswerIsJSONAndNamesOnlyImagesThatAreServed() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            for job in Fixtures.jobs where job.organization == .northwind && !job.images.isEmpty {
                guard !Self.oddImages.contains(job.id), job.result?.isSingleUse == false else { continue }
                let answer = try await client.send("GET", "/job/\(job.id)").json()
                let result = try #require(answer["result"] as? [String: Any])
                let boxes = try #require(result["bounding_boxes"] as? [String: Any])
                for image in try #require(boxes["Images"] as? [[String: Any]]) {
                    guard let url = image["image_url"] as? String else {
                        #expect(image["render_error"] != nil)
                        continue
                    }
                    let path = url.dropFirst("http://pulse.test:1234".count)
                    #expect(try await client.send("HEAD", String(path)).status == 200)
                }
            }
        }
    }

    @Test(arguments: ["annual-report-fy2024", "invoice-2024-0117", "workbook-q3-forecast", "form-10k-fy2024"])
    func anExtractionHasTheDocumentedFields(id: String) async throws {
        try await Emulator.with { emulator in
            let answer = try await RawClient(emulator).send("GET", "/job/\(id)").json()
            let result = try #require(answer["result"] as? [String: Any])
            for field in ["markdown", "page_count", "extraction_id", "credits_used", "warnings"] {
                #expect(result[field] != nil, "\(field)")
            }
            #expect(result["plan-info"] != nil || result["plan_info"] != nil)
            let boxes = try #require(result["bounding_boxes"] as? [String: Any])
            for field in [
                "Images", "Tables", "Text", "Title", "Header", "Footer", "Page Number",
                "markdown_with_ids",
            ] {
                #expect(boxes[field] != nil, "\(field)")
            }
        }
    }

    @Test func footnotesAreJoinedToTheTextsThatReferToThem() async throws {
        try await Emulator.with { emulator in
            let answer = try await RawClient(emulator).send("GET", "/job/annual-report-fy2024").json()
            let result = try #require(answer["result"] as? [String: Any])
            let extensions = try #require(result["extensions"] as? [String: Any])
            let notes = try #require(extensions["footnoteReferences"] as? [[String: Any]])
            #expect(notes.count == 2)
            for note in notes {
                #expect((note["footnoteTextId"] as? String)?.hasPrefix("txt-") == true)
                #expect((note["referenceTextIds"] as? [String])?.count == 1)
            }
        }
    }

    @Test func theLoanScheduleListsEveryLoan() throws {
        let markdown = try #require(Fixtures.job("loan-schedule-2024")?.result?.markdown)
        #expect(markdown.split(separator: "\n").count { $0.hasPrefix("| HF-") } == 1660)
    }

    @Test func bothSpellingsOfTheHTMLRenderingOccur() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            for (id, spelling) in [
                ("invoice-2024-0117", "altOutputs"), ("memo-1998-archive", "alt_outputs"),
            ] {
                let answer = try await client.send("GET", "/job/\(id)").json()
                let result = try #require(answer["result"] as? [String: Any])
                let extensions = try #require(result["extensions"] as? [String: Any])
                let outputs = try #require(extensions[spelling] as? [String: Any])
                #expect((outputs["html"] as? String)?.hasPrefix("<!DOCTYPE html>") == true)
            }
        }
    }
}
