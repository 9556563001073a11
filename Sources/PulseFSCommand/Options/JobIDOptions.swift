import ArgumentParser
import Foundation
import JobCache
import PulseAPI

/// Which jobs a command is about.
struct JobIDOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A file with more ids, one per line; - is standard input.", valueName: "file"),
        completion: .file())
    var from: String?

    @Argument(help: "Ids of jobs, as the API gave them.", completion: JobIDCompletion.ids)
    var ids: [String] = []

    /// Each once, in the order given. Ends the command with one line and exit code 64 when an id is malformed, or when there
    /// is none and there has to be one; `otherwise` says how else jobs may be named.
    func identifiers(mayBeNone: Bool = false, otherwise: String = "") throws(ExitCode) -> [JobID] {
        try Self.identifiers(ids, from: from, mayBeNone: mayBeNone, otherwise: otherwise)
    }

    /// The same of these words and the lines of a file.
    static func identifiers(
        _ words: [String], from: String?, mayBeNone: Bool = false, otherwise: String = ""
    ) throws(ExitCode) -> [JobID] {
        var named = words.map { (text: $0, place: "") }
        if let from {
            for line in FollowedLines.all(of: try bytes(of: from)) {
                let place = Self.place(line: line.number, of: from)
                guard let text = line.text else { throw Self.misuse(Self.overlong(place)) }
                if let word = Self.word(in: text) { named.append((word, place)) }
            }
        }
        guard mayBeNone || !named.isEmpty else {
            throw Self.misuse("name a job by its id, or a file of ids with --from\(otherwise)")
        }
        var seen: Set<JobID> = []
        var identifiers: [JobID] = []
        for (text, place) in named {
            guard let id = JobID(text) else {
                throw Self.misuse(Self.malformed(text, place))
            }
            if seen.insert(id).inserted { identifiers.append(id) }
        }
        return identifiers
    }

    /// What a line of a file has besides white space; nil when that is nothing.
    static func word(in line: some StringProtocol) -> String? {
        let text = line.drop { $0.isWhitespace }
        return text.lastIndex { !$0.isWhitespace }.map { String(text[...$0]) }
    }

    /// Where an id was read, as part of a sentence.
    static func place(line: Int, of file: String) -> String {
        " in line \(line) of \(file == "-" ? "standard input" : file)"
    }

    static func malformed(_ text: String, _ place: String) -> String {
        "\"\(PrintableText.line(text))\"\(place) is not a job id: an id has only letters, digits, - and _, at most 128"
    }

    static func overlong(_ place: String) -> String {
        "the text\(place) is not a job id: it is longer than \(FollowedLines.longest) bytes"
    }

    private static func bytes(of file: String) throws(ExitCode) -> [UInt8] {
        do {
            let handle =
                file == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            return Array(try handle.readToEnd() ?? Data())
        } catch {
            throw misuse("cannot read \(file): name a file with one id per line, or - for standard input")
        }
    }

    private static func misuse(_ words: String) -> ExitCode { Terminal.failure(words, code: 64) }
}
