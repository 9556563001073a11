import Foundation
import PulseEmulator

extension Fixtures {
    /// An inspection certificate with every class of element, cells in the ways in which they are written, and chunks of every
    /// strategy.
    static let certificate: EmulatedJob = {
        let layout = DocumentLayout(pages: certificatePages, header: "Certificate 0771", footer: "Nordkontroll AS")
        var boxes = layout.boundingBoxes.setting("Tables", to: .array(certificateTables))
        for (name, elements) in certificateElements { boxes = boxes.setting(name, to: .array(elements)) }
        let extraction = Extraction(
            layout: layout, id: certificateExtraction,
            extensions: [("chunking", certificateChunks)],
            warnings: ["Page 2: the stamp could not be read."])
        let result = extraction.node.setting("bounding_boxes", to: boxes).appending([
            ("structured_output", certificateValues)
        ])
        return EmulatedJob(
            id: "inspection-certificate-0771",
            timetable: .finished(created: Date(timeIntervalSince1970: 1_741_003_260), took: .seconds(23)),
            result: .inline(result))
    }()

    private static let certificateExtraction = "7d444840-9dc0-41d1-b245-5ffdce74fad2"

    private static let certificateValues: JSONNode = [
        "values": [
            "certificate": "0771", "vessel": "Receiver B-12", "pressure_bar": .verbatim("11.0"),
            "weld_3": "repaired", "stamp": .null,
        ],
        "citations": [
            "certificate": "txt-1",
            "vessel": "txt-99, txt-2",
            "pressure_bar": .string("\(certificateExtraction)-txt-2"),
            "weld_3": "tbl-1-r3c1",
            "stamp": "N/A",
        ],
        "confidence": [
            "certificate": .decimal(0.99, places: 2), "vessel": .decimal(0.72, places: 2), "pressure_bar": 1,
            "weld_3": .decimal(0.4, places: 1), "stamp": "N/A",
        ],
    ]

    /// Cells with a `position`, cells with `location.coordinates` and prefixes, and cells whose own text stands beside.
    private static let certificateTables: [JSONNode] = [
        table(
            1, page: 1,
            [["Weld", "Finding"], ["1", "sound"], ["2", "sound, \"as new\""], ["3", "repaired\n(12 March)"]]
        ) { row, column, text in
            [
                "position": ["row": .int(row), "column": .int(column)], "text": .string(text),
                "properties": ["spans_columns": 1, "type": row == 0 ? "header" : "data"],
            ]
        },
        table(2, page: 2, [["Gauge", "bar"], ["Inlet", "10.8"], ["Outlet", "=B2-0.3"]]) { row, column, text in
            [
                "id": .string("tbl-2-r\(row + 1)c\(column + 1)"),
                "location": ["coordinates": ["row": .int(row + 1), "column": .int(column + 1)], "page": 2],
                "content": .string("0t-\(text)"), "confidence": row == 2 ? "N/A" : .decimal(0.95, places: 2),
            ]
        },
        table(3, page: 2, [["Code", "Meaning"], ["3a-7", "surface crack"], ["", "(none)"]]) { row, column, text in
            [
                "row": .int(row), "column": .int(column), "content": .string("0t-\(text)"),
                "original_content": .string(text), "bounding_box": .null,
            ]
        },
    ]

    private static func table(
        _ number: Int, page: Int, _ rows: [[String]], cell: (Int, Int, String) -> JSONNode
    ) -> JSONNode {
        let cells = rows.enumerated().flatMap { row, texts in
            texts.enumerated().map { column, text in cell(row, column, text) }
        }
        return [
            "table_info": [
                "id": .string("tbl-\(number)"), "dimensions": [.int(rows.count), .int(rows.first?.count ?? 0)],
                "table_name": .string("Table \(number)"),
                "location": [
                    "page": .int(page),
                    "bounding_box": DocumentLayout.polygon(
                        top: 0.2 * Double(number), bottom: 0.2 * Double(number) + 0.15),
                ],
            ],
            "cell_data": .array(cells),
        ]
    }

    private static let certificateElements: [(String, [JSONNode])] = [
        ("Words", words),
        (
            "SelectionMarks",
            [("sel-1", "selected"), ("sel-2", "unselected")].map { id, state in
                ["id": .string(id), "state": .string(state), "page_number": 1, "bounding_box": .null]
            }
        ),
        ("ordered_elements", ["txt-1", "txt-2", "txt-3", "tbl-1", "tbl-2", "tbl-3"]),
        (
            "List Items",
            [
                [
                    "id": "lst-1", "content": "0l-no leak at 1.3 times the working pressure",
                    "original_content": "no leak at 1.3 times the working pressure", "page_number": 2,
                ]
            ]
        ),
        ("Caption", [["id": "cap-1", "content": "Table 1: welds", "page_number": 1, "bounding_box": []]]),
        ("Footnote", [["id": "ftn-1", "content": "By ultrasound.", "page_number": 1]]),
        ("Formula", [["id": "eqn-1", "content": #"p_t = 1.3 \cdot p_s"#, "page_number": 2]]),
    ]

    /// A box for each word of the pages.
    private static let words: [JSONNode] = certificatePages.enumerated().flatMap { page, text in
        text.split { $0.isWhitespace || $0 == "#" || $0 == "|" }.enumerated().map { place, word in
            let left = 0.08 + 0.07 * Double(place % 12)
            let top = 0.05 + 0.02 * Double(place / 12)
            return [
                "id": .string("wrd-\(page + 1)-\(place + 1)"), "content": .string(String(word)),
                "page_number": .int(page + 1),
                "bounding_box": DocumentLayout.polygon(left: left, top: top, right: left + 0.06, bottom: top + 0.015),
            ]
        }
    }

    private static let certificateChunks: JSONNode = [
        "page": .array(
            certificatePages.enumerated().map { place, text in
                ["content": .string(text), "page_number": .int(place + 1)]
            }),
        "semantic": [
            ["content": "Receiver B-12 holds 11 bar.", "score": .decimal(0.83, places: 2)],
            ["content": "The weld at the outlet was repaired on 12 March.", "score": .verbatim("NaN")],
        ],
        "header": ["# Certificate of inspection 0771", "## Welds", "## Pressure"],
        "recursive": ["Receiver B-12", ["content": "no leak", "metadata": ["depth": 2]]],
    ]

    private static let certificatePages = [
        """
        # Certificate of inspection 0771

        Receiver B-12 of Meridian Cold Storage B.V. was inspected on 28 February 2025 and may be used at 11.0 bar.

        ## Welds

        | Weld | Finding |
        |---|---|
        | 1 | sound |
        | 2 | sound, "as new" |
        | 3 | repaired (12 March) |
        """,
        """
        ## Pressure

        Held for thirty minutes at 1.3 times the working pressure.

        - no leak at 1.3 times the working pressure
        - gauges read as below

        | Gauge | bar |
        |---|---:|
        | Inlet | 10.8 |
        | Outlet | 10.5 |
        """,
    ]
}
