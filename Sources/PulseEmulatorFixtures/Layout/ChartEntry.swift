import PulseEmulator

/// One image of a result: the file that is served and its entry in `bounding_boxes.Images`.
struct ChartEntry {
    let id: String
    let file: EmulatedImage
    let page: Int
    let kind: String
    /// Members between `page_number` and `image_url`, as the kind of document has them.
    let details: [(String, JSONNode)]

    /// A chart on a page of a document.
    static func figure(
        _ number: Int, page: Int, title: String, chartType: String, description: String,
        filename: String, content: [UInt8]
    ) -> ChartEntry {
        let top = 0.3 + 0.05 * Double(number % 3)
        return ChartEntry(
            id: "fig-\(number)", file: EmulatedImage(filename: filename, content: ByteSource(content)),
            page: page, kind: "chart",
            details: [
                ("content", .string("Chart: \(title)")),
                ("bounding_box", DocumentLayout.polygon(top: top, bottom: top + 0.32)),
                ("chart_type", .string(chartType)),
                ("chart_title", .string(title)),
                ("description", .string(description)),
                (
                    "classification",
                    ["confidence": .decimal(0.97, places: 2), "model": "visual-classifier-2"]
                ),
            ])
    }

    /// A chart of a workbook, with the cells it covers and those it draws.
    static func workbook(
        sheet: Int, name: String, number: Int, title: String, chartType: String, range: String,
        sources: [String], content: [UInt8]
    ) -> ChartEntry {
        let id = "excel_image_\(sheet)_\(number)"
        return ChartEntry(
            id: id, file: EmulatedImage(filename: "\(id).png", content: ByteSource(content)),
            page: sheet, kind: "chart",
            details: [
                ("content", .string("Chart: \(title)")),
                ("bounding_box", []),
                ("sheet_name", .string(name)),
                ("sheet_index", .int(sheet - 1)),
                ("workbook_sheet_index", .int(sheet - 1)),
                ("excel_range", .string(range)),
                ("chart_type", .string(chartType)),
                ("chart_title", .string(title)),
                ("source_ranges", .array(sources.map(JSONNode.string))),
            ])
    }

    /// The entry in `bounding_boxes.Images`.
    func node(job: String) -> JSONNode {
        .object(
            [("id", .string(id)), ("visual_type", .string(kind)), ("page_number", .int(page))] + details
                + [("image_url", .hosted(file.path(job: job)))])
    }
}
