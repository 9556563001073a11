import Foundation
import PulseEmulator

extension Fixtures {
    /// A workbook of four sheets with four charts; a fifth could not be rendered and has no image.
    static let workbook: EmulatedJob = {
        let id = "workbook-q3-forecast"
        let unrendered: JSONNode = [
            "id": "excel_image_4_2", "visual_type": "chart", "page_number": 4,
            "content": "Chart: Margin map", "bounding_box": [], "sheet_name": "Accounts",
            "sheet_index": 3, "workbook_sheet_index": 3, "excel_range": "H22:O38",
            "chart_type": "SurfaceChart", "chart_title": "Margin map",
            "source_ranges": ["Accounts!$B$4:$D$41"],
            "render_error": "Chart type SurfaceChart is not supported by the renderer.",
        ]
        let layout = DocumentLayout(
            pages: workbookPages,
            images: workbookCharts.map { $0.node(job: id) } + [unrendered],
            sheets: ["Summary", "Pipeline", "Cash", "Accounts"])
        let extraction = Extraction(
            layout: layout, id: "c2d9c9c8-4d0a-4a51-8f7b-7d1f0a6a9e34",
            warnings: ["Sheet \"Accounts\": the chart \"Margin map\" could not be rendered."],
            planKey: .underscore)
        return EmulatedJob(
            id: id,
            timetable: .finished(
                created: Date(timeIntervalSince1970: 1_719_561_600), took: .seconds(18)),
            result: .inline(extraction.node), images: workbookCharts.map(\.file))
    }()

    /// The example of the API's reference page: one chart, under a UUID.
    static let referenceExample: EmulatedJob = {
        let id = "13e3e75f-a89a-4d33-a391-e1a17127ab38"
        let chart = ChartEntry.workbook(
            sheet: 1, name: "Charts", number: 1, title: "Revenue", chartType: "BarChart", range: "D2",
            sources: ["Charts!$B$1:$B$3"], content: FixtureImages.forecastRevenue)
        let layout = DocumentLayout(
            pages: [
                """
                # Sheet: Charts

                | Month | Revenue |
                |---|---:|
                | Jul | 1,872 |
                | Aug | 1,748 |
                | Sep | 2,134 |

                <figure>Chart: Revenue</figure>
                """
            ],
            images: [chart.node(job: id)], sheets: ["Charts"])
        let extraction = Extraction(layout: layout, id: "9e107d9d-372b-4b68-a1d2-3542a419d6aa")
        return EmulatedJob(
            id: id,
            timetable: .finished(
                created: Date(timeIntervalSince1970: 1_736_937_000.25), took: .milliseconds(105_250)),
            result: .inline(extraction.node), images: [chart.file], timestamps: .fractional)
    }()

    private static let workbookCharts: [ChartEntry] = [
        .workbook(
            sheet: 1, name: "Summary", number: 1, title: "Revenue", chartType: "BarChart",
            range: "F2:M18", sources: ["Summary!$B$4:$D$4", "Summary!$B$5:$D$5"],
            content: FixtureImages.forecastRevenue),
        .workbook(
            sheet: 2, name: "Pipeline", number: 1, title: "Pipeline by stage", chartType: "BarChart",
            range: "E2:L20", sources: ["Pipeline!$B$3:$B$7"], content: FixtureImages.forecastPipeline),
        .workbook(
            sheet: 3, name: "Cash", number: 1, title: "Cash position by week", chartType: "LineChart",
            range: "F2:N21", sources: ["Cash!$B$3:$D$15"], content: FixtureImages.forecastCash),
        .workbook(
            sheet: 4, name: "Accounts", number: 1, title: "Cost against revenue per account",
            chartType: "ScatterChart", range: "H3:O20", sources: ["Accounts!$B$4:$C$41"],
            content: FixtureImages.forecastCosts),
    ]

    private static let workbookPages: [String] = [
        """
        # Sheet: Summary

        Forecast for the third quarter of 2024, EUR thousand. Status: 28 June 2024.

        | | Jul | Aug | Sep | Quarter |
        |---|---:|---:|---:|---:|
        | Revenue, plan | 1,840 | 1,795 | 2,060 | 5,695 |
        | Revenue, forecast | 1,872 | 1,748 | 2,134 | 5,754 |
        | Cost of revenue | 1,271 | 1,190 | 1,438 | 3,899 |
        | **Contribution** | **601** | **558** | **696** | **1,855** |
        | Contribution, % | 32.1 | 31.9 | 32.6 | 32.2 |

        <figure>Chart: Revenue</figure>
        """,
        """
        # Sheet: Pipeline

        | Stage | EUR thousand | Deals | Chance |
        |---|---:|---:|---:|
        | Lead | 5,120 | 87 | 10 % |
        | Qualified | 3,460 | 52 | 25 % |
        | Proposal | 2,215 | 31 | 45 % |
        | Contract | 1,180 | 14 | 80 % |
        | Won | 742 | 9 | 100 % |

        <figure>Chart: Pipeline by stage</figure>
        """,
        """
        # Sheet: Cash

        | Week | Expected | Low | High |
        |---|---:|---:|---:|
        | 27 | 964 | 887 | 1,031 |
        | 28 | 931 | 857 | 996 |
        | 29 | 1,012 | 931 | 1,083 |
        | 30 | 987 | 908 | 1,056 |
        | 31 | 1,044 | 960 | 1,117 |
        | 32 | 1,003 | 923 | 1,073 |
        | 33 | 958 | 881 | 1,025 |
        | 34 | 1,021 | 939 | 1,092 |
        | 35 | 1,076 | 990 | 1,151 |
        | 36 | 1,039 | 956 | 1,112 |
        | 37 | 1,098 | 1,010 | 1,175 |
        | 38 | 1,152 | 1,060 | 1,233 |
        | 39 | 1,127 | 1,037 | 1,206 |

        <figure>Chart: Cash position by week</figure>

        The covenant asks for at least 850 at the end of every week.
        """,
        """
        # Sheet: Accounts

        38 accounts above EUR 20 thousand. Cost is 68 % of revenue on average; the five accounts furthest \
        above that are under review.

        <figure>Chart: Cost against revenue per account</figure>
        """,
    ]
}
