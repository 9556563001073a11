/// Whether the parts of results are shown, and how their tables are written.
package struct PartsPolicy: Sendable, Hashable {
    /// The words of the setting.
    package enum Choice: String, CaseIterable, Sendable {
        case all, none
    }

    package var choice: Choice
    /// Cells that a spreadsheet would take for formulas are guarded.
    package var isGuarded: Bool

    package init(_ choice: Choice = .all, isGuarded: Bool = false) {
        (self.choice, self.isGuarded) = (choice, isGuarded)
    }

    package var areShown: Bool { choice == .all }
}
