import PulseAPI

/// A setting that cannot be used: where it stands, what is wrong, and what to do; one line that a terminal can be shown.
package struct SettingsProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// `FILE:LINE`, the name of a variable or a flag; nil for what stands nowhere.
    package let place: String?
    package let message: String

    package init(_ message: String, at place: String? = nil) {
        self.message = PrintableText.line(message)
        self.place = place.map { PrintableText.line($0) }
    }

    package var description: String { place.map { "\($0): \(message)" } ?? message }
}

/// Every problem of the settings, a line each.
package struct SettingsError: Error, Sendable, CustomStringConvertible {
    package let problems: [SettingsProblem]

    package init(problems: [SettingsProblem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
