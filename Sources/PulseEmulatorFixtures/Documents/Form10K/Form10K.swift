import Foundation
import PulseEmulator

extension Fixtures {
    /// An annual report of 25 pages with 20 charts, which its text shows where they belong by their URLs.
    static let form10K: EmulatedJob = {
        let id = "form-10k-fy2024"
        let charts = form10KCharts
        let layout = DocumentLayout(
            pages: form10KBusinessPages + form10KFinancePages,
            header: "Calder Precision Instruments, Inc. – Form 10-K, fiscal 2024",
            images: charts.map { $0.node(job: id) })
        let extraction = Extraction(
            layout: layout, id: "7d44fd04-6d2c-4f0a-9c53-1f9b0d6a21c7",
            warnings: [
                "Page 8: one line of the paragraph on indebtedness is hidden by a fold.",
                "Page 22: the checkmarks in the margin were not read.",
            ])
        return EmulatedJob(
            id: id,
            timetable: .finished(created: Date(timeIntervalSince1970: 1_740_074_400), took: .seconds(131)),
            result: .inline(extraction.node), images: charts.map(\.file))
    }()

    private static let form10KCharts: [ChartEntry] = [
        .figure(
            1, page: 3, title: "Revenue by segment", chartType: "StackedBarChart",
            description: "Revenue rises from 1,155.3 to 1,632.8 million dollars; Laboratory Services grows fastest.",
            filename: "fig-01-revenue-by-segment.png", content: FixtureImages.form10KRevenueBySegment),
        .figure(
            2, page: 4, title: "Revenue by region, fiscal 2024", chartType: "DoughnutChart",
            description: "United States 43.9 percent, EMEA 30.0, Asia Pacific 19.7, rest of the Americas 6.4.",
            filename: "fig-02-revenue-by-region.png", content: FixtureImages.form10KRevenueByRegion),
        .figure(
            3, page: 4, title: "Revenue by customer industry, fiscal 2024", chartType: "BarChart",
            description: "Pharmaceuticals lead with 489.8 million dollars, chemicals follow with 359.2.",
            filename: "fig-03-revenue-by-industry.png", content: FixtureImages.form10KRevenueByIndustry),
        .figure(
            4, page: 5, title: "Research and development", chartType: "ComboChart",
            description: "From 96.2 to 146.9 million dollars, 8.3 to 9.0 percent of revenue.",
            filename: "fig-04-research.png", content: FixtureImages.form10KResearch),
        .figure(
            5, page: 5, title: "Patents in force and granted", chartType: "ComboChart",
            description: "1,086 patents in force at the end of fiscal 2024, of which 139 granted in the year.",
            filename: "fig-05-patents.png", content: FixtureImages.form10KPatents),
        .figure(
            6, page: 6, title: "Employees by function at year end", chartType: "BarChart",
            description: "6,420 employees, 2,310 of them in manufacturing.",
            filename: "fig-06-employees.png", content: FixtureImages.form10KEmployees),
        .figure(
            7, page: 10, title: "Total return on $100", chartType: "LineChart",
            description: "100 dollars invested at the end of 2019 became 168.2, an index 197.0, peers 158.9.",
            filename: "fig-07-total-return.png", content: FixtureImages.form10KTotalReturn),
        .figure(
            8, page: 11, title: "Share repurchases by quarter, fiscal 2024", chartType: "BarChart",
            description: "15.2, 22.4, 28.6 and 22.5 million dollars.",
            filename: "fig-08-repurchases.png", content: FixtureImages.form10KRepurchases),
        .figure(
            9, page: 13, title: "Revenue, fiscal 2023 to 2024", chartType: "WaterfallChart",
            description: "Volume 71.6, price 33.2, acquisitions 29.7, currency minus 9.2 million dollars.",
            filename: "fig-09-revenue-bridge.png", content: FixtureImages.form10KRevenueBridge),
        .figure(
            10, page: 14, title: "Gross and operating margin", chartType: "LineChart",
            description: "Gross margin rises from 48.9 to 52.6 percent, operating margin from 12.4 to 17.5.",
            filename: "fig-10-margins.png", content: FixtureImages.form10KMargins),
        .figure(
            11, page: 15, title: "Segment operating income", chartType: "BarChart",
            description:
                "Analytical Instruments 214.9 million dollars, Process Sensors 104.1, Laboratory Services 47.8.",
            filename: "fig-11-segment-income.png", content: FixtureImages.form10KSegmentIncome),
        .figure(
            12, page: 15, title: "Operating expenses", chartType: "StackedBarChart",
            description: "35.2, 34.9 and 34.9 percent of revenue, without restructuring.",
            filename: "fig-12-expenses.png", content: FixtureImages.form10KExpenses),
        .figure(
            13, page: 16, title: "Orders and backlog", chartType: "ComboChart",
            description: "Backlog rises from 426.2 to 487.3 million dollars over eight quarters.",
            filename: "fig-13-backlog.png", content: FixtureImages.form10KBacklog),
        .figure(
            14, page: 17, title: "Effective tax rate, fiscal 2024", chartType: "WaterfallChart",
            description: "From 21.0 to 20.2 percent; research credits take off 2.3.",
            filename: "fig-14-tax-rate.png", content: FixtureImages.form10KTaxRate),
        .figure(
            15, page: 18, title: "Cash, fiscal 2024", chartType: "WaterfallChart",
            description: "From 212.6 to 142.8 million dollars; 274.8 came from operations.",
            filename: "fig-15-cash-bridge.png", content: FixtureImages.form10KCashBridge),
        .figure(
            16, page: 19, title: "Capital spending by purpose", chartType: "StackedBarChart",
            description: "62.8, 71.5 and 84.3 million dollars, more than half of it for capacity.",
            filename: "fig-16-capital-spending.png", content: FixtureImages.form10KCapitalSpending),
        .figure(
            17, page: 19, title: "Debt maturities", chartType: "StackedBarChart",
            description: "600 million dollars, of which 250 fall due after 2029.",
            filename: "fig-17-maturities.png", content: FixtureImages.form10KMaturities),
        .figure(
            18, page: 20, title: "Net debt to adjusted EBITDA", chartType: "LineChart",
            description: "From 2.43 down to 1.19; the credit agreement allows 3.5.",
            filename: "fig-18-leverage.png", content: FixtureImages.form10KLeverage),
        .figure(
            19, page: 21, title: "Operating income and currencies", chartType: "TornadoChart",
            description: "A euro 10 percent stronger adds 9.8 million dollars, a Swiss franc takes 4.6.",
            filename: "fig-19-currencies.png", content: FixtureImages.form10KCurrencies),
        .figure(
            20, page: 23, title: "Goodwill by segment at year end", chartType: "StackedBarChart",
            description: "From 621.9 to 679.3 million dollars; 61.2 were acquired.",
            filename: "fig-20-goodwill.png", content: FixtureImages.form10KGoodwill),
    ]
}
