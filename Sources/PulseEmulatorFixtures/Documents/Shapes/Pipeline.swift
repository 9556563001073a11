import Foundation
import PulseEmulator

extension Fixtures {
    /// A pipeline of four steps over a framework agreement.
    static let pipeline: EmulatedJob = {
        let id = "pipeline-framework-agreement"
        let logo = EmulatedImage(filename: "fig-1.png", content: ByteSource(FixtureImages.logo))
        let result: JSONNode = [
            "execution_id": "1b4e28ba-2fa1-4d2e-883f-b9a761bde3fb",
            "status": "completed",
            "total_latency": .decimal(41.62, places: 2),
            "results": .object(steps(logo: logo, job: id)),
            "auto_delete": false,
        ]
        return EmulatedJob(
            id: id,
            timetable: .finished(created: Date(timeIntervalSince1970: 1_739_520_300), took: .seconds(42)),
            result: .inline(result), images: [logo])
    }()

    /// The same steps behind a link in the place of `results`.
    static let linkedPipeline: EmulatedJob = {
        let id = "pipeline-framework-agreement-linked"
        let logo = EmulatedImage(filename: "fig-1.png", content: ByteSource(FixtureImages.logo))
        return EmulatedJob(
            id: id, timetable: .running(processingAfter: .zero, endsAfter: .zero),
            result: .singleUse(.object(steps(logo: logo, job: id)), link: .ownForSteps), images: [logo])
    }()

    private static func steps(logo: EmulatedImage, job: String) -> [(String, JSONNode)] {
        [
            ("extract", extractStep(logo: logo, job: job)), ("schema", schemaStep), ("split", splitStep),
            ("tables", tablesStep),
        ]
    }

    private static func extractStep(logo: EmulatedImage, job: String) -> JSONNode {
        let layout = DocumentLayout(
            pages: agreementPages, header: "Framework agreement 2025-07", footer: "Halden Freight AS – confidential",
            images: [
                [
                    "id": "fig-1", "visual_type": "image", "page_number": 1, "content": "Halden Freight AS",
                    "bounding_box": DocumentLayout.polygon(top: 0.04, right: 0.24, bottom: 0.09),
                    "image_url": .hosted(logo.path(job: job)),
                ]
            ])
        let chunking: JSONNode = [
            "page": .array(agreementPages.map(JSONNode.string)),
            "header": .array(agreementPages.flatMap(sections).map(JSONNode.string)),
        ]
        let extraction = Extraction(
            layout: layout, id: agreementExtraction,
            extensions: [("chunking", chunking), ("altOutputs", ["html": .string(layout.html(title: "Agreement"))])],
            planKey: .underscore)
        return extraction.node.appending([("pages", 3), ("latency", .decimal(18.4, places: 1))])
    }

    private static let agreementExtraction = "4f6b2c1e-9a0d-4d5b-8e57-0c2f7a913d60"

    /// The parts of a page that begin with a heading.
    private static func sections(_ page: String) -> [String] {
        page.components(separatedBy: "\n\n#").enumerated().map { $0.offset == 0 ? $0.element : "#" + $0.element }
    }

    private static let schemaStep: JSONNode = [
        "schema_id": "9c858901-8a57-4791-81fe-4c455b099bc9",
        "schema_output": [
            "values": [
                "agreement": "2025-07",
                "parties": ["Halden Freight AS", "Brightwater Foods Ltd"],
                "term": ["from": "2025-03-01", "months": 24],
                "notice_months": 3,
                "rates": [
                    ["lane": "Oslo – Bristol", "eur_per_container": .verbatim("2340.00")],
                    ["lane": "Oslo – Gdynia", "eur_per_container": .verbatim("1180.00")],
                ],
                "penalty": .null,
            ],
            "citations": [
                "agreement": "txt-1",
                "parties": ["txt-2", "txt-3"],
                "term": ["from": "txt-6, txt-7", "months": .string("\(agreementExtraction)-txt-7")],
                "notice_months": .string("\(agreementExtraction)-txt-7"),
                "rates": [["lane": "tbl-1-r1c0", "eur_per_container": "tbl-1-r1c1"], "tbl-1-r2c1"],
                "penalty": "N/A",
            ],
            "confidence": [
                "agreement": .decimal(0.99, places: 2),
                "term": ["from": .decimal(0.97, places: 2), "months": .decimal(0.93, places: 2)],
                "notice_months": .verbatim("NaN"),
                "penalty": "N/A",
            ],
        ],
    ]

    private static let splitStep: JSONNode = [
        "split_id": "c56a4180-65aa-42ec-a945-5fd21dec0538",
        "split_output": ["splits": ["parties": [1], "rates": [2], "term and termination": [2, 3]]],
        "credits_used": .decimal(0.5, places: 1),
    ]

    private static let tablesStep: JSONNode = [
        "tables_id": "2d931510-d99f-494a-8c67-87feb05e1594",
        "tables_output": [
            "tables": [
                [
                    "table_content": """
                    <table><tr><th>Lane</th><th>EUR per container</th><th>Days</th></tr>\
                    <tr><td>Oslo – Bristol</td><td>2,340.00</td><td>5</td></tr>\
                    <tr><td>Oslo – Gdynia</td><td>1,180.00</td><td>3</td></tr></table>
                    """,
                    "citations": ["tbl-1"],
                    "from_chart": false,
                ]
            ]
        ],
    ]

    private static let agreementPages = [
        """
        # Framework agreement 2025-07

        <figure>Halden Freight AS</figure>

        **Carrier:** Halden Freight AS, Kaiveien 14, 3044 Drammen, Norway

        **Customer:** Brightwater Foods Ltd, 22 Quay Street, Bristol BS1 4DZ, United Kingdom

        The carrier moves chilled goods in containers of forty feet on the lanes of section 2.
        """,
        """
        ## 1 Term

        The agreement begins on 1 March 2025 and runs for 24 months. Either party may end it with three months' notice.

        ## 2 Rates

        | Lane | EUR per container | Days |
        |---|---:|---:|
        | Oslo – Bristol | 2,340.00 | 5 |
        | Oslo – Gdynia | 1,180.00 | 3 |
        """,
        """
        ## 3 Termination for cause

        A party that is in default for more than thirty days may be given notice with immediate effect.

        **Drammen, 14 February 2025**
        """,
    ]
}
