import Foundation
import PulseEmulator

extension Fixtures {
    /// Jobs without a result, one for each way of having none, and two that complete before one's eyes.
    static let unfinishedJobs: [EmulatedJob] = [
        EmulatedJob(
            id: "scan-unreadable-0042",
            timetable: .finished(
                .failed, created: Date(timeIntervalSince1970: 1_726_041_903), took: .seconds(31)),
            error: "Could not read the document: page 3 is damaged (unexpected end of stream)."),
        EmulatedJob(
            id: "upload-withdrawn-0007",
            timetable: .finished(
                .canceled, created: Date(timeIntervalSince1970: 1_726_129_440), took: .seconds(4))),
        EmulatedJob(
            id: "upload-withdrawn-2019",
            timetable: .finished(
                "cancelled", created: Date(timeIntervalSince1970: 1_568_275_200), took: .seconds(4))),
        EmulatedJob(
            id: "statement-2021-03",
            timetable: .finished(
                .expired, created: Date(timeIntervalSince1970: 1_617_264_000), took: .seconds(2_592_000))),
        EmulatedJob(id: "queue-0815", timetable: .always(.pending)),
        EmulatedJob(id: "contract-review-0311", timetable: .always(.processing)),
        EmulatedJob(id: "claim-in-review-0003", timetable: .always("awaiting_review")),
        running("minutes-board-meeting", processingAfter: .seconds(4), endsAfter: .seconds(12)),
        running("minutes-works-council", processingAfter: .seconds(30), endsAfter: .seconds(90)),
        EmulatedJob(
            id: "scan-fails-soon",
            timetable: .running(processingAfter: .seconds(2), endsAfter: .seconds(8), with: .failed),
            error: "Could not read the document: it is protected by a password."),
    ]

    private static func running(
        _ id: String, processingAfter processing: Duration, endsAfter end: Duration
    ) -> EmulatedJob {
        let layout = DocumentLayout(
            pages: [
                """
                # Minutes

                **Present:** Ms Adeyemi (chair), Mr Brandt, Ms Castillo, Mr Dubois

                ## 1 Approval of the last minutes

                Approved without changes.

                ## 2 Warehouse in Gdynia

                The lease is to be extended by five years at 6.20 euros per square metre and month. **Carried, four to none.**

                ## 3 Next meeting

                Thursday, 10 a.m., in the small hall.
                """
            ],
            footer: "Confidential")
        let extraction = Extraction(layout: layout, id: "7b52009b-64fd-4a2a-9e6f-9f2a4c6d7e80")
        return EmulatedJob(
            id: id, timetable: .running(processingAfter: processing, endsAfter: end),
            result: .inline(extraction.node))
    }
}
