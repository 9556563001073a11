import Foundation
import PulseEmulator

extension Fixtures {
    /// An annual report of five pages with six charts, footnotes and chunks.
    static let annualReport: EmulatedJob = {
        let id = "annual-report-fy2024"
        let charts = annualReportCharts
        let layout = DocumentLayout(
            pages: annualReportPages,
            header: "Northwind Logistics Inc. – Form 10-K, fiscal year 2024",
            footer: "The notes are part of the consolidated financial statements.",
            images: charts.map { $0.node(job: id) })
        let extraction = Extraction(
            layout: layout, id: "5f0d6f7e-7a0e-4c0e-8b55-2f4a7f3b9c21",
            extensions: [
                (
                    "chunking",
                    [
                        "page": .array(layout.pages.map(JSONNode.string)),
                        "header": .array(annualReportSections(layout).map(JSONNode.string)),
                    ]
                ),
                (
                    "footnoteReferences",
                    [
                        annualReportNote("1", "1. Segment revenue", marked: "¹", layout),
                        annualReportNote("2", "2. Free cash flow", marked: "²", layout),
                    ]
                ),
                ("altOutputs", ["html": .string(layout.html(title: "Annual report, fiscal year 2024"))]),
            ],
            warnings: ["Page 4: one chart has no readable axis title."])
        return EmulatedJob(
            id: id,
            timetable: .finished(
                created: Date(timeIntervalSince1970: 1_740_412_801), took: .seconds(74)),
            result: .inline(extraction.node), images: charts.map(\.file))
    }()

    /// A footnote with the paragraphs that refer to it.
    private static func annualReportNote(
        _ symbol: String, _ opening: String, marked mark: String, _ layout: DocumentLayout
    ) -> JSONNode {
        let texts = layout.placed.filter { $0.block.kind == .text }
        let note = texts.first { $0.block.markdown.hasPrefix(opening) }
        let references = texts.filter { $0.block.markdown.contains(mark) }
        return [
            "symbol": .string(symbol),
            "footnoteTextId": note.map { .string($0.id) } ?? .null,
            "referenceTextIds": .array(references.map { .string($0.id) }),
        ]
    }

    /// The document cut before each second-level heading.
    private static func annualReportSections(_ layout: DocumentLayout) -> [String] {
        var sections: [String] = []
        for placed in layout.placed {
            if placed.block.kind == .title(level: 2) || sections.isEmpty {
                sections.append(placed.block.markdown)
            } else {
                sections[sections.count - 1] += "\n\n" + placed.block.markdown
            }
        }
        return sections
    }

    private static let annualReportCharts: [ChartEntry] = [
        .figure(
            1, page: 1, title: "Revenue by segment", chartType: "StackedBarChart",
            description: """
                Stacked bars for fiscal years 2020 to 2024. Revenue rises from 642.1 to 1,027.8 million dollars; \
                freight is the largest segment in every year, software the fastest growing.
                """,
            filename: "fig-1-revenue-by-segment.png", content: FixtureImages.revenueBySegment),
        .figure(
            2, page: 2, title: "Revenue by region, FY2024", chartType: "DoughnutChart",
            description: "Americas 49.9 percent, Europe 32.9 percent, Asia-Pacific 17.2 percent.",
            filename: "fig-2-revenue-by-region.png", content: FixtureImages.revenueMix),
        .figure(
            3, page: 2, title: "Gross and operating margin", chartType: "LineChart",
            description: "Gross margin rises from 29.8 to 34.7 percent, operating margin from 9.6 to 14.1.",
            filename: "fig-3-margins.png", content: FixtureImages.margins),
        .figure(
            4, page: 3, title: "Cash flow bridge, FY2024", chartType: "WaterfallChart",
            description: "From 118.4 million dollars at the opening to 121.1 at the close of the year.",
            filename: "fig-4-cash-flow.png", content: FixtureImages.cashFlow),
        .figure(
            5, page: 4, title: "Debt maturities at 31 December 2024", chartType: "StackedBarChart",
            description: "319 million dollars fall due from 2025 on, of which 125 after 2029.",
            filename: "fig-5-debt-maturities.png", content: FixtureImages.debtMaturity),
        .figure(
            6, page: 5, title: "Employees by region at year end", chartType: "BarChart",
            description: "4,577 employees at the end of fiscal year 2024, half of them in the Americas.",
            filename: "fig-6-employees.png", content: FixtureImages.headcount),
    ]
}
