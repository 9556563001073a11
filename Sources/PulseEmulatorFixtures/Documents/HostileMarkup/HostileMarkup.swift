import Foundation
import PulseEmulator

extension Fixtures {
    /// A document in which every text that can be shown is an attempt to run a script or to ask another server for something.
    static let hostileMarkup: EmulatedJob = {
        let id = "hostile-markup"
        let logo = EmulatedImage(filename: "logo.png", content: ByteSource(FixtureImages.logo))
        let named = EmulatedImage(
            filename: "\"><svg onload=window.pulsefsHostile='name'>.png", content: ByteSource(FixtureImages.logo))
        let images = [
            hostileImage("logo", url: .hosted(logo.path(job: id))),
            hostileImage("\"><script>window.pulsefsHostile='id'</script>", url: .hosted(named.path(job: id))),
            hostileImage("address", url: "javascript:window.pulsefsHostile='image-url'"),
            hostileImage("tracked", url: "http://hostile.invalid/image.png?job=hostile-markup"),
            hostileImage("drawing", url: .string("data:image/svg+xml,\(hostileDrawing)")),
            hostileImage("page", url: "data:text/html,<script>window.pulsefsHostile='image-page'</script>"),
            hostileImage("unrendered", url: .null).appending([
                ("render_error", "<script>window.pulsefsHostile='render-error'</script>")
            ]),
        ]
        let result: JSONNode = [
            "markdown": .string(hostileMarkupPages.joined(separator: "\n\n") + "\n"),
            "page_count": .int(hostileMarkupPages.count),
            "bounding_boxes": ["Images": .array(images)],
            "extraction_id": "\"><script>window.pulsefsHostile='extraction'</script>",
            "credits_used": 7,
            "warnings": [
                "Page 1: <script>window.pulsefsHostile='warning'</script>",
                "</li></ul><img src=http://hostile.invalid/warning.png onerror=\"window.pulsefsHostile='warning-image'\">",
                "--></title></style><svg/onload=document.title='hostile'>",
            ],
        ]
        return EmulatedJob(
            id: id, timetable: .finished(created: Date(timeIntervalSince1970: 1_747_123_200), took: .seconds(6)),
            result: .inline(result), images: [logo, named])
    }()

    private static func hostileImage(_ id: String, url: JSONNode) -> JSONNode {
        let title = "\"><img src=http://hostile.invalid/title.png onerror=\"window.pulsefsHostile='title'\">"
        return .object([
            ("id", .string(id)), ("visual_type", "<script>window.pulsefsHostile='visual-type'</script>"),
            ("page_number", 1), ("content", .string(title)), ("image_url", url),
            ("chart_type", "</figcaption><script>window.pulsefsHostile='chart-type'</script>"),
            ("chart_title", .string(title)),
            ("sheet_name", "' onmouseover='window.pulsefsHostile=\"sheet\"' x='"),
            ("excel_range", "A1:<svg onload=window.pulsefsHostile='range'>"),
            ("description", "<iframe src=http://hostile.invalid/description></iframe>"),
        ])
    }

    private static let hostileDrawing =
        "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40' onload=\"window.pulsefsHostile='drawing'\">"
        + "<script>window.pulsefsHostile='drawing-script';document.title='hostile'</script>"
        + "<image href='http://hostile.invalid/drawing.png' width='40' height='40'/></svg>"
}
