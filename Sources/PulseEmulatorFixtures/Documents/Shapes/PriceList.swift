import Foundation
import PulseEmulator

extension Fixtures {
    /// A price list whose tables are HTML in one line with cells that span others, and that has a row of 8,000 empty cells.
    static let priceList: EmulatedJob = {
        let pages = [priceListTables, priceListNotes]
        let markdown = pages.joined(separator: "\n\n") + "\n"
        let result: JSONNode = [
            "markdown": .string(markdown),
            "page_count": 2,
            "bounding_boxes": .null,
            "extensions": ["chunking": ["page": .array(pages.map { ["content": .string($0)] })]],
            "extraction_id": "e4eaaaf2-d142-41b3-b241-b4ab6e0d3d5c",
            "plan_info": Extraction.plan(pages: 2),
            "credits_used": .verbatim("NaN"),
            "warnings": .null,
        ]
        return EmulatedJob(
            id: "price-list-spans-2025",
            timetable: .finished(created: Date(timeIntervalSince1970: 1_736_150_400), took: .seconds(10)),
            result: .inline(result))
    }()

    private static let priceListTables =
        """
        # Storage prices from 1 January 2025


        """
        + "<table border=\"1\"><thead><tr><th rowspan=\"2\">Hall</th><th colspan=\"2\">EUR per pallet &amp; week</th></tr>"
        + "<tr><th>chilled</th><th>frozen</th></tr></thead><tbody>"
        + "<tr><td rowspan=\"2\">Rotterdam</td><td>4.10</td><td>5.80</td></tr>"
        + "<tr><td colspan=\"2\">on request &lt; 20 pallets</td></tr>"
        + "<tr><td>Gdynia</td><td>3.20</td><td>4.60</td></tr></tbody></table>"
        + "\n\n<table><tr><th>Service</th><th>EUR</th></tr><tr><td>Relabelling, per pallet<br>(\"on site\")</td>"
        + "<td>1.90</td></tr><tr><td>=Weighing</td><td></td></tr></table>"

    private static let priceListNotes =
        """
        ## Notes

        Prices are without tax. What is stored for less than a week is charged as a week.


        """
        + "|" + String(repeating: "  |", count: 8_000)
}
