import Foundation
import PulseEmulator

extension Fixtures {
    /// A paper as layout models write it down: HTML among the Markdown, formulas, images in the answer itself, and a table of
    /// 2,000 rows in one line.
    static let methodsPaper: EmulatedJob = {
        let id = "methods-paper-2025"
        let calibration = ChartEntry.figure(
            1, page: 2, title: "Recovery of the three gauges", chartType: "LineChart",
            description: "All three stay between 97 and 103 percent over eleven weeks.",
            filename: "_page_2_Figure_1.png", content: FixtureImages.surveyResponse)
        let site: JSONNode = [
            "id": "fig-2", "visual_type": "image", "page_number": 3, "content": "Hours at which the gauges were read",
            "chart_title": "Hours of reading", "image_url": .string(inline(FixtureImages.noticeHours)),
        ]
        let layout = DocumentLayout(
            pages: methodsPaperPages(listed: inline(FixtureImages.noticeHours), unlisted: inline(FixtureImages.logo)),
            header: "Harbour Methods 12 (2025) 41–46", images: [calibration.node(job: id), site])
        let extraction = Extraction(
            layout: layout, id: "c0a5f3b2-6f6e-4c57-8f0e-3d2b9a7e1c44",
            warnings: ["Page 4: a figure is in the text and in no list."])
        return EmulatedJob(
            id: id, timetable: .finished(created: Date(timeIntervalSince1970: 1_749_643_200), took: .seconds(31)),
            result: .inline(extraction.node), images: [calibration.file])
    }()

    private static func inline(_ image: [UInt8]) -> String {
        "data:image/png;base64," + Data(image).base64EncodedString()
    }

    /// A reading an hour of each gauge, in one line. The numbers follow from the row's.
    static let methodsPaperReadings: String = {
        let rows = (1...2000).map { row in
            let level = 2_100 + (row * 7919) % 1_900
            let salt = 180 + (row * 31) % 160
            return "<tr><td>\(row)</td><td>G<sub>\(row % 3 + 1)</sub></td><td align=\"right\">\(level)</td>"
                + "<td align=\"right\">\(salt / 10).\(salt % 10)</td></tr>"
        }
        return
            "<table border=\"1\" class=\"dataframe\"><caption>Table 3: All 2,000 readings</caption><thead><tr><th>No.</th>"
            + "<th>Gauge</th><th>Level, mm</th><th>Salinity, g kg<sup>−1</sup></th></tr></thead><tbody>"
            + rows.joined() + "</tbody></table>"
    }()
}
