import PulseEmulator

/// A completed job whose images are described in every way that a document might choose.
enum HostileJob {
    static let id = "gallery"
    static let secret = "TOP-SECRET"

    static var completed: EmulatedJob {
        let title = #""Revenue\u0000by\nregion \u001b[31m\u202egrowth \ud800 €""#
        return EmulatedJob(
            id: id,
            result: .inline([
                "markdown": "# Gallery\n", "page_count": 12, "credits_used": .decimal(2.5, places: 1),
                "bounding_boxes": [
                    "Images": [
                        [
                            "id": "a-1", "visual_type": "chart", "chart_type": "BarChart",
                            "chart_title": .verbatim(title),
                            "sheet_name": "Summary", "excel_range": "F2:M18", "page_number": 3,
                            "image_url": .hosted("/results/\(id)/images/a.PNG?sig=\(secret)#\(secret)"),
                        ],
                        [
                            "id": "b", "render_error": "Drawn in part.", "chart_title": .string(longTitle),
                            "image_url": .string("https://far.example.com:8443/x/b%20c.jpeg?sig=\(secret)#\(secret)"),
                        ],
                        ["id": "c", "image_url": "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E"],
                        ["id": "d", "image_url": .string("https://\(secret):\(secret)@far.example.com/d.png")],
                        ["id": "e", "image_url": .hosted("/large_results/\(id)/\(secret).odd")],
                        ["visual_type": "  ", "image_url": .hosted("/results/\(id)/images/f.webp")],
                    ]
                ],
            ]))
    }

    static let longTitle = String(repeating: "👩‍👩‍👧‍👦", count: 100)
}
