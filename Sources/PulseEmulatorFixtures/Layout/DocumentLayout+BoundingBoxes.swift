import PulseEmulator

extension DocumentLayout {
    /// The result's `bounding_boxes`.
    var boundingBoxes: JSONNode {
        let placed = placed
        return [
            "Images": .array(images),
            "Tables": .array(placed.filter { $0.block.kind == .table }.map(table)),
            "Text": .array(placed.filter { $0.block.kind == .text }.map(item)),
            "Title": .array(placed.filter(\.isTitle).map(item)),
            "Header": .array(marginal(header, id: "hdr", top: 0.03)),
            "Footer": .array(marginal(footer, id: "ftr", top: 0.95)),
            "Page Number": .array(pageNumbers),
            "markdown_with_ids": .string(markdownWithIDs(placed)),
        ]
    }

    private func item(_ placed: Placed) -> JSONNode {
        .object(
            [
                ("id", .string(placed.id)),
                ("content", .string(placed.block.plainText)),
                ("page_number", .int(placed.page)),
                ("bounding_box", Self.polygon(top: placed.top, bottom: placed.bottom)),
                ("average_word_confidence", .decimal(0.999 - Double(placed.number % 17) / 1000, places: 3)),
            ] + sheetFields(placed))
    }

    private func table(_ placed: Placed) -> JSONNode {
        let cells = placed.block.cells
        let info: [(String, JSONNode)] = [
            ("id", .string(placed.id)),
            ("dimensions", [.int(cells.count), .int(cells.map(\.count).max() ?? 0)]),
            (
                "location",
                [
                    "page": .int(placed.page),
                    "bounding_box": Self.polygon(top: placed.top, bottom: placed.bottom),
                ]
            ),
        ]
        let data = cells.enumerated().flatMap { row, columns in
            columns.enumerated().map { column, text in
                JSONNode.object([
                    ("row", .int(row)), ("column", .int(column)), ("text", .string(text)),
                ])
            }
        }
        return ["table_info": .object(info + sheetFields(placed)), "cell_data": .array(data)]
    }

    private func sheetFields(_ placed: Placed) -> [(String, JSONNode)] {
        guard sheets.indices.contains(placed.page - 1) else { return [] }
        return [
            ("sheet_name", .string(sheets[placed.page - 1])), ("sheet_index", .int(placed.page - 1)),
        ]
    }

    private func marginal(_ text: String?, id: String, top: Double) -> [JSONNode] {
        guard let text else { return [] }
        return (1...max(1, pages.count)).map { page in
            [
                "id": .string("\(id)-\(page)"),
                "content": .string(text),
                "page_number": .int(page),
                "bounding_box": Self.polygon(top: top, bottom: top + 0.015),
            ]
        }
    }

    private var pageNumbers: [JSONNode] {
        guard sheets.isEmpty else { return [] }
        return (1...max(1, pages.count)).map { page in
            [
                "id": .string("pgn-\(page)"),
                "content": .string(String(page)),
                "page_number": .int(page),
                "bounding_box": Self.polygon(left: 0.48, top: 0.97, right: 0.52, bottom: 0.985),
            ]
        }
    }

    private func markdownWithIDs(_ placed: [Placed]) -> String {
        placed.map { placed in
            let markdown = placed.block.markdown
            switch placed.block.kind {
            case .title, .text: return "<p data-bb-text-id=\"\(placed.id)\">\n\n\(markdown)\n\n</p>"
            case .table: return "<div data-bb-table-id=\"\(placed.id)\">\n\n\(markdown)\n\n</div>"
            case .figure:
                let id = imageID(placed.number)
                return "<figure data-bb-image-id=\"\(id)\">\(placed.block.plainText)</figure>"
            }
        }.joined(separator: "\n\n")
    }

    /// The id of the nth image, from 1.
    func imageID(_ number: Int) -> String {
        guard images.indices.contains(number - 1), case .string(let id)? = images[number - 1]["id"]
        else { return "fig-\(number)" }
        return id
    }
}

extension DocumentLayout.Placed {
    fileprivate var isTitle: Bool {
        if case .title = block.kind { true } else { false }
    }
}
