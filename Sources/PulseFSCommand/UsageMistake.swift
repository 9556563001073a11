import ArgumentParser
import PulseAPI
import PulseFS
import Settings

/// A command line that no command takes, as one line that says what is wrong with it and what to type instead.
///
/// What may be a secret is not repeated.
struct UsageMistake {
    let line: String

    /// `error` is what swift-argument-parser says of `words`, which are the arguments without the program's name.
    init(_ error: any Error, _ words: [String]) {
        let command = Named(words)
        if let words = Self.secret(in: words) {
            line = words
        } else if let unknown = command.unknownCommand {
            line = unknown
        } else {
            line = "\(Self.said(PulseFSCommand.message(for: error))); see: \(command.help)"
        }
    }

    // MARK: Secrets

    /// What people call the option that there is not.
    private static let namesOfKey: Set<String> = ["key", "apikey", "pulse-api-key", "token", "api-token"]
    private static let namesOfSecret: Set<String> = ["secret"]

    /// What to do instead, if one of the words is an option for a secret. Any process can read the arguments of others.
    private static func secret(in words: [String]) -> String? {
        for word in words.prefix(while: { $0 != "--" }) where word.utf8.first == UInt8(ascii: "-") {
            // By bytes: a mark behind a sign would make another character of it, and a secret of the name.
            let bytes = word.utf8.drop { $0 == UInt8(ascii: "-") }.prefix { $0 != UInt8(ascii: "=") }
            let name = String(decoding: bytes, as: UTF8.self).lowercased().replacing("_", with: "-")
            let setting =
                namesOfKey.contains(name)
                ? .apiKey : namesOfSecret.contains(name) ? .storeSecret : Setting(spelled: name)
            guard let setting, setting.flag == nil else { continue }
            return switch setting {
            case .apiKey:
                "a key is never an argument, because other users can read arguments: run pulsefs init, set \(setting.variable), "
                    + "or name a file with --api-key-file"
            case .apiKeyCommand:
                "the command that prints the key is never an argument, because other users can read arguments: run pulsefs init, "
                    + "or set \(setting.variable)"
            default:
                "a secret is never an argument, because other users can read arguments: set \(setting.variable), or name a file "
                    + "with --\(setting.name)-file"
            }
        }
        return nil
    }

    // MARK: Words of the parser

    /// What the parser says, in the words of other errors.
    private static func said(_ message: String) -> String {
        let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        if let invalid = text.wholeMatch(of: #/The value '(.*)' is invalid for '(--[a-z-]+)[^']*'.*/#),
            let setting = Setting(spelled: String(invalid.output.2.dropFirst(2)))
        {
            let (value, kind) = (String(invalid.output.1), setting.kind)
            return "\(invalid.output.2): \"\(kind.shown(value))\" \(kind.complaint(of: value))"
        }
        if let unknown = text.wholeMatch(of: #/Unknown option '([^']*)'\.?( Did you mean '([^']*)'\?)?/#) {
            return "there is no option \(unknown.output.1)" + (unknown.output.3.map { ": is it \($0)?" } ?? "")
        }
        guard let first = text.first else { return "the arguments are not valid" }
        let end = text.last == "." ? text.dropLast() : text[...]
        return first.lowercased() + end.dropFirst()
    }
}

/// The command that words name, as far as they do.
private struct Named {
    private var names = ["pulsefs"]
    private var type: any ParsableCommand.Type = PulseFSCommand.self
    private var rest: ArraySlice<String>

    init(_ words: [String]) {
        rest = words[...]
        while let word = rest.first, let next = Self.command(word, of: type) {
            (type, rest) = (next, rest.dropFirst())
            names.append(word)
        }
    }

    /// What prints the help of the command.
    var help: String { "\(names.joined(separator: " ")) --help" }

    /// That a group has no such command; nil where the words name one that there is.
    var unknownCommand: String? {
        guard !type.configuration.subcommands.isEmpty, let word = rest.first(where: { !$0.hasPrefix("-") }) else {
            return nil
        }
        let all = Self.commands(of: type, after: Array(names.dropFirst()))
        let near = Spelling.nearest(to: word, of: all.map(\.name))
        let meant = near.flatMap { name in all.first { $0.name == name } }?.path
        let shown = (names.dropFirst() + [PrintableText.line(word)]).joined(separator: " ")
        return "there is no command \(shown)" + (meant.map { ": is it \($0)? See: \(help)" } ?? "; see: \(help)")
    }

    private static func command(_ name: String, of type: any ParsableCommand.Type) -> (any ParsableCommand.Type)? {
        type.configuration.subcommands.first { $0.configuration.commandName == name }
    }

    /// Each command below a group, by its own name, and how it is called.
    private static func commands(
        of type: any ParsableCommand.Type, after names: [String]
    ) -> [(name: String, path: String)] {
        type.configuration.subcommands.flatMap { command -> [(name: String, path: String)] in
            guard let name = command.configuration.commandName else { return [] }
            let path = names + [name]
            return [(name, path.joined(separator: " "))] + commands(of: command, after: path)
        }
    }
}
