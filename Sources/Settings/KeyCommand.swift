import PulseAPI
import System
import SystemPackage

/// A program that prints the API key, such as a password manager's.
///
/// It runs without a shell. Its standard input is empty, its error output is dropped, and what it prints goes nowhere but
/// into the key.
package struct KeyCommand: Sendable, Hashable {
    /// The program and its arguments; never empty.
    let words: [String]
    /// Where the setting stands, for messages.
    let place: String

    /// A password manager may ask its user first.
    static let patience = 60

    /// `text` is split as a shell splits words, with quotes and backslashes, and nothing in it is expanded. A program with a
    /// slash in its name is where `path` says; another is looked for in PATH.
    init(_ text: String, at place: String, path: (String) -> FilePath?) throws(SettingsProblem) {
        guard var words = ShellWords.split(text), !text.utf8.contains(0) else {
            throw SettingsProblem("api-key-command \(SettingKind.command.complaint)", at: place)
        }
        guard let program = words.first, !program.isEmpty else {
            throw SettingsProblem("api-key-command is empty: name the program that prints the key", at: place)
        }
        if program.utf8.contains(UInt8(ascii: "/")), let found = path(program) { words[0] = found.string }
        self.words = words
        self.place = place
    }

    /// The key that the program prints, without white space around it. Blocks the calling thread until the program has ended,
    /// `patience` seconds at most.
    func run() throws(SettingsProblem) -> APIKey {
        let outcome: BriefProgram.Outcome
        do throws(BriefProgram.Trouble) {
            outcome = try BriefProgram.run(words, within: Self.patience)
        } catch {
            switch error {
            case .notStarted(let reason): throw problem("cannot be started: \(reason)")
            case .tookTooLong: throw problem("has not ended within \(Self.patience) s")
            }
        }
        guard outcome.isSuccess else {
            throw problem("failed (\(outcome.end)): run it in a terminal to see why")
        }
        guard let key = APIKey(outcome.output) else {
            throw problem("printed no API key: it should print the key, in one line, and nothing else")
        }
        return key
    }

    /// The arguments are not repeated: they may name what the user keeps.
    private func problem(_ words: String) -> SettingsProblem {
        SettingsProblem("\(PrintableText.line(self.words[0])) of api-key-command \(words)", at: place)
    }
}
