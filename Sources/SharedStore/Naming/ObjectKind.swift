/// What an object of a store is, by its name alone.
package enum ObjectKind: String, Sendable, Hashable, CaseIterable {
    /// `pulsefs.json`.
    case description
    case job
    case file
    case grant
    case verdict
    case claim
    /// The bytes of a result that can be fetched once.
    case result
    /// What a check of the store has left.
    case check

    /// It can be fetched again, or is of no use any more.
    package var isReplaceable: Bool {
        switch self {
        case .job, .file, .grant, .verdict, .check: true
        case .description, .claim, .result: false
        }
    }

    /// Nil for a name that no object of a store has: it is somebody else's.
    package init?(_ key: ObjectKey) {
        if key == .description {
            self = .description
            return
        }
        let parts = key.text.split(separator: "/").map(String.init)
        switch (parts.first, parts.count) {
        case ("1", 3) where parts[1] == "k" && Self.isName(parts[2]): self = .verdict
        case ("1", 4) where parts[1] == "j" && Self.isJob(parts[2], parts[3]): self = .job
        case ("1", 5) where Self.isJob(parts[2], parts[3]) && Self.isName(parts[4]):
            switch parts[1] {
            case "b": self = .file
            case "g": self = .grant
            default: return nil
            }
        case ("keep", 4) where Self.isJob(parts[1], parts[2]):
            if parts[3] == "claim" {
                self = .claim
            } else if parts[3].hasPrefix("result-"), HexText.bytes(String(parts[3].dropFirst(7)))?.isEmpty == false {
                self = .result
            } else {
                return nil
            }
        case ("check", 3) where HexText.bytes(parts[1]) != nil: self = .check
        default: return nil
        }
    }

    /// The job that an object under `keep/` is of, as a prefix of names.
    static func keptJob(_ key: ObjectKey) -> String? {
        let parts = key.text.split(separator: "/")
        return parts.first == "keep" && parts.count == 4 ? parts.prefix(3).joined(separator: "/") : nil
    }

    private static func isName(_ text: String) -> Bool { HexText.bytes(text)?.count == 20 }

    private static func isJob(_ start: String, _ name: String) -> Bool {
        isName(name) && name.hasPrefix(start) && start.count == 2
    }
}
