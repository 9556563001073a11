import Foundation
import PulseEmulator

extension Fixtures {
    /// Completed jobs whose result is no extraction: a schema, a split and a table job.
    static let otherKinds: [EmulatedJob] = [schemaJob, splitJob, tablesJob]

    private static let schemaJob = EmulatedJob(
        id: "schema-purchase-orders",
        timetable: .finished(created: Date(timeIntervalSince1970: 1_733_900_400), took: .seconds(11)),
        result: .inline([
            "schema_id": "6fa459ea-ee8a-4ca4-894e-db77e160355e",
            "version": 3,
            "schema_output": [
                "values": [
                    "order_number": "PO-2024-5519",
                    "supplier": "Meridian Cold Storage B.V.",
                    "lines": [
                        ["article": "Pallet position, -18 °C", "quantity": 240, "price": .verbatim("18.40")],
                        ["article": "Blast freezing, per tonne", "quantity": 12, "price": .verbatim("96.00")],
                    ],
                    "total": .verbatim("5568.00"),
                    "approved": true,
                    "approver": .null,
                ],
                "citations": [
                    "order_number": ["bounding_box_ids": ["txt-2"], "page_number": 1],
                    "total": ["bounding_box_ids": ["tbl-1"], "page_number": 2],
                ],
            ],
            "extraction_ids": ["0b9a5c3e-58d1-4f57-9d0e-6a1c2f7e4b10"],
            "excel_output_url": .null,
            "credits_used": .decimal(2, places: 1),
            "plan_info": Extraction.plan(pages: 2),
        ]))

    private static let splitJob = EmulatedJob(
        id: "split-loan-file",
        timetable: .finished(created: Date(timeIntervalSince1970: 1_733_986_812), took: .seconds(20)),
        result: .inline([
            "split_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
            "split_output": [
                "splits": [
                    "application": [1, 2, 3], "identity": [4], "income": [5, 6, 7, 8], "valuation": [9, 10],
                ]
            ],
            "credits_used": .decimal(5, places: 1),
            "plan_info": Extraction.plan(pages: 10),
        ]))

    private static let tablesJob = EmulatedJob(
        id: "tables-tariff-2025",
        timetable: .finished(created: Date(timeIntervalSince1970: 1_734_012_000), took: .seconds(7)),
        result: .inline([
            "tables_id": "886313e1-3b8a-5372-9b90-0c9aee199e5d",
            "tables_output": [
                "tables": [
                    [
                        "table_content": """
                        <table><tr><th>Zone</th><th>up to 30 kg</th><th>up to 100 kg</th></tr>\
                        <tr><td>1</td><td>14.20</td><td>38.90</td></tr>\
                        <tr><td>2</td><td>17.60</td><td>46.10</td></tr></table>
                        """,
                        "citations": ["tbl-1", "tbl-2"],
                        "from_chart": false,
                    ]
                ]
            ],
            "plan_info": Extraction.plan(pages: 4),
        ]))
}
