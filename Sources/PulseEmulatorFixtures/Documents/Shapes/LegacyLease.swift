import Foundation
import PulseEmulator

extension Fixtures {
    /// An extraction as it was answered before: `content`, `chunks` and `structured_output` in the result itself.
    static let legacyLease: EmulatedJob = {
        let layout = DocumentLayout(pages: leasePages)
        let boxes = layout.boundingBoxes
            .setting("Text", to: leaseTexts(layout))
            .setting("Header", to: .null)
        let result: JSONNode = [
            "content": .string(layout.markdown),
            "page_count": 2,
            "job_id": "lease-mill-lane-1987",
            "bounding_boxes": boxes,
            "chunks": [
                "page": .array(leasePages.map(JSONNode.string)),
                "semantic": [
                    "The premises are let for fifteen years from 24 June 1987.",
                    "The yearly rent is 12,400 pounds, reviewed every five years.",
                ],
            ],
            "structured_output": [
                "values": [
                    "landlord": "Hartwell Estates Ltd", "rent": .verbatim("12400.00"), "years": 15,
                    "reviews": [["year": 1992], ["year": 1997]],
                    "guarantor": .null,
                ],
                "citations": [
                    "landlord": [
                        "bounding_box_ids": ["txt-2"], "page_number": 1, "confidence": .decimal(0.98, places: 2),
                    ],
                    "rent": [
                        "page": 2, "bbox": .array([0.08, 0.2, 0.92, 0.24].map { .decimal($0, places: 2) }),
                        "confidence": "N/A",
                    ],
                    "years": ["bounding_box_ids": ["txt-4", "txt-2"]],
                    "reviews": [["year": ["ids": "txt-6"]], ["year": ["ids": "txt-6"]]],
                    "guarantor": .null,
                ],
                "confidence": ["years": .decimal(0.61, places: 2), "rent": "N/A", "reviews": .verbatim("NaN")],
            ],
            "input_schema": ["type": "object", "properties": ["landlord": ["type": "string"]]],
            "schema_error": .null,
            "metadata": ["source": "mill-lane-lease.tif", "pages": 2, "language": "en", "skew": .verbatim("-0.7")],
            "plan_info": Extraction.plan(pages: 2),
        ]
        return EmulatedJob(
            id: "lease-mill-lane-1987",
            timetable: .finished(created: Date(timeIntervalSince1970: 1_699_012_800), took: .seconds(14)),
            result: .inline(result))
    }()

    /// The texts of the layout; the second has no place, and the third an empty one.
    private static func leaseTexts(_ layout: DocumentLayout) -> JSONNode {
        guard case .array(var texts)? = layout.boundingBoxes["Text"], texts.count > 2 else { return [] }
        texts[1] = texts[1].setting("bounding_box", to: .null).setting("average_word_confidence", to: "N/A")
        texts[2] = texts[2].setting("bounding_box", to: []).setting("average_word_confidence", to: .verbatim("NaN"))
        return .array(texts)
    }

    private static let leasePages = [
        """
        # Lease of Mill Lane Works

        This lease is made on 24 June 1987 between Hartwell Estates Ltd (the landlord) and Corby & Daughter (the tenant).

        ## Premises

        The two-storey workshop at Mill Lane, with the yard to the north, for a term of fifteen years.
        """,
        """
        ## Rent

        The tenant pays 12,400 pounds a year by equal quarterly payments. The rent is reviewed in June 1992 and June 1997.

        | Quarter day | Pounds |
        |---|---:|
        | 25 March | 3,100 |
        | 24 June | 3,100 |
        | 29 September | 3,100 |
        | 25 December | 3,100 |
        """,
    ]

    /// An older answer that has HTML and no markdown, and chunks that are one list.
    static let legacyManual: EmulatedJob = {
        let result: JSONNode = [
            "html": .string(manualHTML),
            "page_count": 2,
            "chunks": [
                ["content": "Switch off the pump before the filter is opened.", "page_number": 1],
                ["content": "Replace the filter every 400 hours of work.", "page_number": 2],
            ],
            "metadata": ["source": "pump-manual.docx"],
        ]
        return EmulatedJob(
            id: "pump-manual-html",
            timetable: .finished(created: Date(timeIntervalSince1970: 1_695_200_400), took: .seconds(8)),
            result: .inline(result))
    }()

    private static let manualHTML = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Pump P-40, manual</title></head>
        <body>
        <h1>Pump P-40</h1>
        <p>Switch off the pump before the filter is opened.</p>
        <h2>Maintenance</h2>
        <table><tr><th>Part</th><th>Hours</th></tr><tr><td>Filter</td><td>400</td></tr>\
        <tr><td>Seal</td><td>2,000</td></tr></table>
        </body></html>

        """
}
