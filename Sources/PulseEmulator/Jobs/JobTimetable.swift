public import Foundation

/// Which status a job has when: a row of statuses, each from a time after the job's creation.
public struct JobTimetable: Sendable {
    /// When the job was accepted.
    public enum Origin: Sendable {
        /// When the emulator started, or when the job was added to a running one.
        case launch
        /// A fixed time, whenever the emulator starts.
        case date(Date)
    }

    /// One status and when it begins, counted from creation.
    public struct Stage: Sendable {
        public let status: EmulatedJobStatus
        public let begins: Duration

        public init(_ status: EmulatedJobStatus, after begins: Duration) {
            self.status = status
            self.begins = begins
        }
    }

    public let origin: Origin
    /// In order of time; before the first one a job is pending.
    public let stages: [Stage]

    public init(origin: Origin, stages: [Stage]) {
        self.origin = origin
        self.stages = stages.sorted { $0.begins < $1.begins }
    }

    /// A job that has this status from the start.
    public static func always(_ status: EmulatedJobStatus, since origin: Origin = .launch) -> Self {
        JobTimetable(origin: origin, stages: [Stage(status, after: .zero)])
    }

    /// A job that was accepted at a fixed time and took this long.
    public static func finished(
        _ status: EmulatedJobStatus = .completed, created: Date, took: Duration
    ) -> Self {
        JobTimetable(origin: .date(created), stages: [Stage(status, after: took)])
    }

    /// A job that is pending from launch, then processing, then ends with `status`.
    public static func running(
        processingAfter processing: Duration, endsAfter end: Duration,
        with status: EmulatedJobStatus = .completed
    ) -> Self {
        JobTimetable(
            origin: .launch, stages: [Stage(.processing, after: processing), Stage(status, after: end)])
    }

    func created(launch: Date) -> Date {
        switch origin {
        case .launch: launch
        case .date(let date): date
        }
    }

    /// The status at a time, and since when.
    func status(at now: Date, launch: Date) -> (status: EmulatedJobStatus, since: Date) {
        let created = created(launch: launch)
        let current = stages.last { created.addingTimeInterval($0.begins.seconds) <= now }
        guard let current else { return (.pending, created) }
        return (current.status, created.addingTimeInterval(current.begins.seconds))
    }

    /// When the job completes, or nil if it never does.
    func completion(launch: Date) -> Date? {
        stages.first { $0.status == .completed }
            .map { created(launch: launch).addingTimeInterval($0.begins.seconds) }
    }
}

extension Duration {
    /// The duration as seconds with a fraction.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
