import Foundation
import PulseEmulator

extension Fixtures {
    /// An extraction in the API's older spelling: `content`, `alt_outputs`, and nothing more.
    static let archiveMemo: EmulatedJob = {
        let layout = DocumentLayout(pages: [
            """
            # Memorandum

            **To:** All depots
            **From:** Operations
            **Date:** 9 March 1998

            From 1 April the night gate at Depot 4 closes at 22:00. Drivers who arrive later use the ramp on Mill Lane \
            and ring twice.

            | Depot | Gate | Closes |
            |---|---|---|
            | 2 | North | 20:00 |
            | 4 | Night | 22:00 |
            | 7 | Ramp | – |
            """
        ])
        let result: JSONNode = [
            "content": .string(layout.markdown),
            "page_count": 1,
            "bounding_boxes": layout.boundingBoxes,
            "extensions": ["alt_outputs": ["html": .string(layout.html(title: "Memorandum"))]],
            "plan_info": ["pages_used": 12, "tier": "trial"],
        ]
        return EmulatedJob(
            id: "memo-1998-archive",
            timetable: .finished(created: Date(timeIntervalSince1970: 1_693_555_200), took: .seconds(3)),
            result: .inline(result))
    }()
}
