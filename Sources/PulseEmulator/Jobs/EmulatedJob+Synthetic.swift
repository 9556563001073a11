/// Jobs of a given size for tests and benchmarks. None of them holds its content in memory.
extension EmulatedJob {
    /// A completed job with a markdown of `markdownSize` bytes in its inline result.
    public static func syntheticInline(
        id: String, markdownSize: Int, organization: EmulatedOrganization = .northwind
    ) -> EmulatedJob {
        EmulatedJob(
            id: id, organization: organization,
            result: .syntheticInline(SyntheticMarkdown(size: markdownSize)))
    }

    /// A completed job with a markdown of `markdownSize` bytes behind a link that works once.
    public static func syntheticSingleUse(
        id: String, markdownSize: Int, organization: EmulatedOrganization = .northwind,
        link: EmulatedResult.Link = .own
    ) -> EmulatedJob {
        EmulatedJob(
            id: id, organization: organization,
            result: .syntheticSingleUse(SyntheticMarkdown(size: markdownSize), link: link))
    }

    /// A completed job with `count` images of `size` bytes each, named `image_0001.png` and on.
    ///
    /// The content of image number n is `SyntheticImage(size: size, seed: n)`.
    public static func syntheticImages(
        id: String, count: Int, size: Int, organization: EmulatedOrganization = .northwind
    ) -> EmulatedJob {
        let images = (1...max(1, count)).prefix(max(0, count)).map { number in
            EmulatedImage(
                filename: syntheticImageName(number),
                content: ByteSource(SyntheticImage(size: size, seed: UInt64(number))))
        }
        let boxes = images.enumerated().map { index, image in
            JSONNode.object([
                ("id", .string("image_\(index + 1)")),
                ("visual_type", "image"),
                ("page_number", .int(1 + index / 4)),
                ("image_url", .hosted(image.path(job: id))),
            ])
        }
        let result: JSONNode = [
            "markdown": .string("# \(count) images\n"),
            "page_count": .int(1 + count / 4),
            "bounding_boxes": ["Images": .array(boxes)],
            "extraction_id": .string("ext-\(id)"),
        ]
        return EmulatedJob(
            id: id, organization: organization, result: .inline(result), images: images)
    }

    /// A job of one table with headers `column 1` and on; a cell has the numbers of its row and column, and some have a comma,
    /// quotes and a line break behind them.
    public static func syntheticTable(
        id: String, rows: Int, columns: Int, organization: EmulatedOrganization = .northwind
    ) -> EmulatedJob {
        let columns = 1...max(1, columns)
        let lines = (1...max(1, rows)).prefix(max(0, rows)).map { row in
            let cells = columns.map { column in
                "\"\(row)/\(column)" + ((row &+ column) % 7 == 0 ? #", \"net\"\nof tax""# : "\"")
            }
            return "[" + cells.joined(separator: ",") + "]"
        }
        let content: JSONNode = [
            "headers": .array(columns.map { .string("column \($0)") }),
            "rows": .verbatim("[" + lines.joined(separator: ",") + "]"),
        ]
        return EmulatedJob(
            id: id, organization: organization,
            result: .inline([
                "tables_id": .string("tbs-\(id)"),
                "tables_output": ["tables": [["table_content": content, "citations": [], "from_chart": false]]],
            ]))
    }

    /// The file name of image number `number` (from 1) of ``syntheticImages(id:count:size:organization:)``.
    public static func syntheticImageName(_ number: Int) -> String {
        let digits = String(number)
        return "image_\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).png"
    }
}
