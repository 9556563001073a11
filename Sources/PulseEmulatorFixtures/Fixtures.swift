public import PulseEmulator

/// The jobs an emulator knows unless it is given others.
///
/// The texts are made up; numbers within a document agree with each other and with its charts.
public enum Fixtures {
    public static let jobs: [EmulatedJob] =
        [invoice, annualReport, workbook, referenceExample, form, loanSchedule, loanScheduleCopy]
        + [archiveMemo, imageOddities, unusualJSON]
        + [form10K, annualSurvey, multilingualNotice, methodsPaper, hostileMarkup, brokenImages] + otherKinds
        + unfinishedJobs
        + contosoJobs

    /// Results of the shapes that are seen beside that of a plain extraction, with values that are odd and occur. An emulator
    /// knows these if it is given them.
    public static let shapes: [EmulatedJob] =
        [pipeline, linkedPipeline, legacyLease, legacyManual, certificate, deliveryNotes, priceList]
        + [schemaOverSplit, portStatistics, batch] + failedShapes

    /// The fixture of this id, or nil if there is none.
    public static func job(_ id: String) -> EmulatedJob? {
        jobs.first { $0.id == id } ?? shapes.first { $0.id == id }
    }
}
