import Foundation
import Testing

@testable import PulseEmulator

@Suite struct JobTimetableTests {
    private let launch = Date(timeIntervalSince1970: 1_000_000)

    private func status(_ timetable: JobTimetable, after seconds: TimeInterval) -> String {
        timetable.status(at: launch.addingTimeInterval(seconds), launch: launch).status.rawValue
    }

    @Test func aRunningJobGoesThroughItsStages() {
        let timetable = JobTimetable.running(processingAfter: .seconds(5), endsAfter: .seconds(20))
        #expect(status(timetable, after: 0) == "pending")
        #expect(status(timetable, after: 4.9) == "pending")
        #expect(status(timetable, after: 5) == "processing")
        #expect(status(timetable, after: 20) == "completed")
        #expect(timetable.completion(launch: launch) == launch.addingTimeInterval(20))
    }

    @Test func stagesNeedNotBeGivenInOrder() {
        let timetable = JobTimetable(
            origin: .launch,
            stages: [.init(.expired, after: .seconds(60)), .init(.completed, after: .seconds(1))])
        #expect(status(timetable, after: 30) == "completed")
        #expect(status(timetable, after: 60) == "expired")
    }

    @Test func aFinishedJobDoesNotDependOnTheLaunch() {
        let created = Date(timeIntervalSince1970: 500)
        let timetable = JobTimetable.finished(.failed, created: created, took: .seconds(9))
        let now = timetable.status(at: launch, launch: launch)
        #expect(now.status == .failed)
        #expect(now.since == created.addingTimeInterval(9))
        #expect(timetable.completion(launch: launch) == nil)
    }

    @Test func timesAreWrittenInBothSpellings() {
        let date = Date(timeIntervalSince1970: 1_736_937_000.25)
        #expect(TimestampStyle.utc.text(date) == "2025-01-15T10:30:00Z")
        #expect(TimestampStyle.fractional.text(date) == "2025-01-15T10:30:00.250000+00:00")
    }
}
