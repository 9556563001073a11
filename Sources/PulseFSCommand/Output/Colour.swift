import Foundation

/// Colours of a terminal, where someone looks and has not asked for none (https://no-color.org).
enum Colour: String {
    case green = "32"
    case yellow = "33"
    case red = "31"
    case grey = "90"

    private static let isShown: Bool = {
        let variables = ProcessInfo.processInfo.environment
        return Terminal.isWatched && (variables["NO_COLOR"] ?? "").isEmpty && variables["TERM"] != "dumb"
    }()

    func paint(_ text: String) -> String { Self.isShown ? "\u{1b}[\(rawValue)m\(text)\u{1b}[0m" : text }
}
