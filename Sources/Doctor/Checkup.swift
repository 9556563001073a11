import PulseAPI
import PulseFS

/// What one look at the surroundings of a mount has come to.
package struct Checkup: Sendable, Hashable {
    package enum Outcome: String, Sendable, CaseIterable {
        case ok
        /// It works, and could be better or will not always.
        case warning
        /// A mount cannot be made, or cannot do what it is for.
        case failure
        /// There was nothing to look at, or no way to.
        case skipped
    }

    /// One word that stays the same from version to version.
    package let name: String
    package let outcome: Outcome
    /// In one line.
    package let found: String
    /// What to do, in one line: a command where there is one.
    package let remedy: String?

    package init(_ name: String, _ outcome: Outcome, _ found: String, remedy: String? = nil) {
        self.name = name
        self.outcome = outcome
        self.found = PrintableText.line(found)
        self.remedy = remedy.map { PrintableText.line($0) }
    }
}
