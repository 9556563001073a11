import ArgumentParser
import Foundation
import PulseAPI
import PulseFS

/// Which jobs a command is about.
struct JobIDOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A file with more ids, one a line; - is standard input.", valueName: "file"),
        completion: .file())
    var from: String?

    @Argument(help: "Ids of jobs, as the API gave them.")
    var ids: [String] = []

    /// Each once, in the order given. Ends the command with one line and exit code 64 when an id is malformed.
    func identifiers() throws(ExitCode) -> [JobID] {
        var named = ids.map { (text: $0, place: "") }
        if let from {
            let lines = try text(of: from).split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() {
                let text = line.trimmingPrefix(while: \.isWhitespace)
                guard let end = text.lastIndex(where: { !$0.isWhitespace }) else { continue }
                named.append(
                    (String(text[...end]), " in line \(number + 1) of \(from == "-" ? "standard input" : from)"))
            }
        }
        guard !named.isEmpty else { throw Self.misuse("name a job by its id, or a file of ids with --from") }
        var seen: Set<JobID> = []
        var identifiers: [JobID] = []
        for (text, place) in named {
            guard let id = JobID(text) else {
                throw Self.misuse(
                    "\"\(ErrorLine.printable(text))\"\(place) is no job id: it has letters, digits, - and _ alone, at most 128"
                )
            }
            if seen.insert(id).inserted { identifiers.append(id) }
        }
        return identifiers
    }

    private func text(of file: String) throws(ExitCode) -> String {
        do {
            let handle =
                file == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
        } catch {
            throw Self.misuse("cannot read \(file): name a file with one id a line, or - for standard input")
        }
    }

    private static func misuse(_ words: String) -> ExitCode { Terminal.failure(words, code: 64) }
}
