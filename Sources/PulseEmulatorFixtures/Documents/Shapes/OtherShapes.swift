import Foundation
import PulseEmulator

extension Fixtures {
    /// Values by schema for each topic of a split.
    static let schemaOverSplit = EmulatedJob(
        id: "schema-loan-file-topics",
        timetable: .finished(created: Date(timeIntervalSince1970: 1_733_987_400), took: .seconds(33)),
        result: .inline([
            "schema_id": "a987fbc9-4bed-4078-8f07-9141ba07c9f3",
            "split_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
            "results": [
                "application": [
                    "values": ["applicant": "Ingrid Solheim", "amount": .verbatim("240000.00"), "co_applicant": .null],
                    "citations": [
                        "applicant": "txt-4", "amount": ["bounding_box_ids": ["txt-9"], "page_number": 2],
                    ],
                ],
                "income": [
                    "values": ["employer": "Halden Freight AS", "months": [5210, 5210, .verbatim("NaN")]],
                    "citations": ["employer": "txt-31", "months": ["txt-33", "txt-34", "N/A"]],
                    "confidence": ["employer": .decimal(0.88, places: 2)],
                ],
                "valuation": ["values": [:], "citations": [:]],
            ],
            "input_schemas": [
                "application": ["type": "object", "properties": ["applicant": ["type": "string"]]],
                "income": ["type": "object"],
            ],
            "errors": ["identity": "The pages of this topic could not be read."],
            "credits_used": .decimal(4, places: 1),
            "plan_info": Extraction.plan(pages: 10),
        ]))

    /// Tables as HTML in one line, as headers with rows, and read off a chart.
    static let portStatistics = EmulatedJob(
        id: "tables-port-statistics",
        timetable: .finished(created: Date(timeIntervalSince1970: 1_738_144_800), took: .seconds(12)),
        result: .inline([
            "tables_id": "7ba7b810-9dad-41d1-80b4-00c04fd430c8",
            "tables_output": [
                "tables": [
                    [
                        "table_content": .string(portTable), "citations": ["tbl-1", "tbl-2"], "from_chart": false,
                    ],
                    [
                        "table_content": [
                            "headers": ["Port", "Remark", "Ships", "Change"],
                            "rows": [
                                ["Gdynia", "ice, \"light\"", 412, .verbatim("-3.5")],
                                ["Göteborg", "two berths\nclosed", 388, .verbatim("NaN")],
                                ["Le Havre", "=SUM(C2:C3)", .null, true],
                            ],
                        ],
                        "citations": ["tbl-3"],
                        "from_chart": false,
                    ],
                    [
                        "table_content": [
                            "headers": ["Month", "Tonnes"],
                            "rows": [
                                ["Month": "January", "Tonnes": 18_200], ["Month": "February", "Tonnes": 17_950],
                            ],
                        ],
                        "citations": .null,
                        "from_chart": true,
                    ],
                ]
            ],
            "plan_info": Extraction.plan(pages: 3),
        ]))

    private static let portTable =
        "<table><tr><th colspan=\"3\">Ships and goods, 2024</th></tr>"
        + "<tr><th rowspan=\"2\">Port</th><th colspan=\"2\">1,000 tonnes</th></tr><tr><th>in</th><th>out</th></tr>"
        + "<tr><td>Gdynia</td><td>8,412</td><td>6,090</td></tr>"
        + "<tr><td>Göteborg</td><td rowspan=\"2\">n/a&nbsp;*</td><td>7,733</td></tr>"
        + "<tr><td>Le Havre</td><td>9,105</td></tr></table>"

    /// A batch of documents, with the jobs that were made of them.
    static let batch: EmulatedJob = {
        let items: [(job: String?, status: String, file: String, error: String?)] = [
            ("invoice-2024-0117", "completed", "Invoice 2024-0117.pdf", nil),
            ("delivery-notes-flat", "completed", "notes 5519, 5520.tif", nil),
            ("scan-unreadable-0042", "failed", "scan0042.pdf", "page 3 is damaged"),
            ("contract-review-0311", "processing", "contract <draft>.docx", nil),
            (nil, "skipped", "Thumbs.db", "not a document"),
        ]
        let result: JSONNode = [
            "batch_job_id": "batch-intake-2024-11",
            "status": "completed",
            "total_files": .int(items.count),
            "completed_files": 2,
            "failed_files": 1,
            "items": .array(
                items.map { item in
                    [
                        "job_id": item.job.map(JSONNode.string) ?? .null, "status": .string(item.status),
                        "file_name": .string(item.file), "error": item.error.map(JSONNode.string) ?? .null,
                    ]
                }),
        ]
        return EmulatedJob(
            id: "batch-intake-2024-11",
            timetable: .finished(created: Date(timeIntervalSince1970: 1_732_000_020), took: .seconds(95)),
            result: .inline(result))
    }()

    /// Jobs that failed and say why beside `error`, or deep in it.
    static let failedShapes: [EmulatedJob] = [
        EmulatedJob(
            id: "scan-blank-0043",
            timetable: .finished(
                .failed, created: Date(timeIntervalSince1970: 1_726_042_500), took: .seconds(12)),
            extraFields: [("message", "All 4 pages of the document are blank."), ("error", .null)]),
        EmulatedJob(
            id: "scan-corrupt-0044",
            timetable: .finished(
                .failed, created: Date(timeIntervalSince1970: 1_726_043_100), took: .seconds(7)),
            extraFields: [
                (
                    "error",
                    [
                        "code": "GENERAL_001", "message": "The extraction failed.",
                        "details": ["error": "xref table of scan0044.pdf is missing", "stage": "open"],
                    ]
                )
            ]),
    ]
}
