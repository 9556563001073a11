import Foundation
import PulseEmulator

extension Fixtures {
    /// Images whose names try a client: inline, clashing, strange but legal, hostile, and too long.
    static let imageOddities: EmulatedJob = {
        let id = "image-names-collection"
        let strange = ["Umsatz & Gewinn (2024) größer 100 %.png", "図表 1.png", "a+b=c;d,e'f.png"]
        let long = String(repeating: "figure-", count: 42) + "1.png"
        let files =
            [EmulatedImage(filename: "chart.png", content: ByteSource(FixtureImages.logo))]
            + (strange + [long]).enumerated().map { index, name in
                EmulatedImage(
                    filename: name, content: ByteSource(SyntheticImage(size: 900 + index, seed: 77)))
            }
        let entries: [JSONNode] = [
            imageEntry("chart", url: .hosted("/results/\(id)/images/chart.png")),
            imageEntry("chart", url: .hosted("/results/\(id)/images/chart.png?page=2")),
            imageEntry("inline-1", url: .string(inlineImage)),
            imageEntry("inline-1", url: .string(inlineDrawing)),
            imageEntry("chart.png", url: .string(inlineImage)),
            imageEntry("../escape", url: .string(inlineImage)),
            imageEntry("broken-inline", url: "data:image/png;base64,@@@not-base64@@@"),
            .object([
                ("id", "unrendered"), ("visual_type", "chart"), ("page_number", 1),
                ("render_error", "The chart's data source is an external workbook."),
            ]),
            imageEntry("hostile-1", url: .hosted("/results/\(id)/images/../../etc/passwd")),
            imageEntry("hostile-2", url: .hosted("/results/\(id)/images/..%2F..%2Fetc%2Fpasswd")),
            imageEntry("hostile-3", url: .hosted("/results/\(id)/images/line%0Abreak%00.png")),
            imageEntry("hostile-4", url: .hosted("/results/\(id)/images/..")),
            imageEntry("elsewhere", url: .string("https://images.example.net/results/\(id)/images/logo.png")),
            imageEntry("empty", url: ""),
        ]
        let named = files.dropFirst().enumerated().map { index, file in
            imageEntry("named-\(index + 1)", url: .hosted(file.path(job: id)))
        }
        let result: JSONNode = [
            "markdown": "# Image names\n\nA collection of figures with awkward names.\n",
            "page_count": 1,
            "bounding_boxes": ["Images": .array(entries + named)],
            "extraction_id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        ]
        return EmulatedJob(
            id: id,
            timetable: .finished(created: Date(timeIntervalSince1970: 1_735_725_600), took: .seconds(2)),
            result: .inline(result), images: files)
    }()

    private static func imageEntry(_ id: String, url: JSONNode) -> JSONNode {
        .object([
            ("id", .string(id)), ("visual_type", "image"), ("page_number", 1), ("image_url", url),
        ])
    }

    private static let inlineDrawing =
        "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E"

    private static let inlineImage =
        "data:image/png;base64," + Data(FixtureImages.logo).base64EncodedString()
}
