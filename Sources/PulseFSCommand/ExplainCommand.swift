import ArgumentParser
import Foundation
import PulseAPI
import PulseFS
import Settings
import System
import SystemPackage

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a path in a mount is absent or fails, and what to do.",
        discussion: """
            Prints what the path is, what is known about it, the last failed request for it, and what to do. Sends no request \
            to the API, so it explains the error that a program has just seen. The path need not exist.

              pulsefs explain ~/pulse/jobs/0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f/result.md
              pulsefs explain jobs/0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f --cache-dir ~/.cache/pulsefs
              pulsefs explain --json ~/pulse/jobs/nope | jq -r .finding

            A job's id, a path jobs/<jobId>/… outside a mount, and any path with --cache-dir are explained from the cache \
            alone, which does not record failed requests.

            Keys of the JSON: path, below the root of the mount; finding, one word such as unknown_job; fine; what, known (an \
            array) and advice, in words; errno, the error of a program that opens the path; size in bytes; cached; problem, \
            null or an object with request, status, code, message, request_id, time, since, tries and retry_after. Unknown \
            values are null.

            Exit codes: 0 nothing is wrong, 1 something is wrong and was explained, 64 wrong usage, 74 the output cannot be \
            written.
            """)

    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Argument(help: "A path in a mount, jobs/<jobId>/…, or a job's id.", completion: .file())
    var path: String

    func run() async throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw Terminal.failure("name a path in a mount, or a job's id", code: 64)
        }
        let diagnosis: Diagnosis
        do { diagnosis = try await found() } catch { throw Terminal.failure(error) }
        if json { try Terminal.say(json: diagnosis) } else { Terminal.say(Self.words(diagnosis)) }
        if !diagnosis.isFine { throw ExitCode(1) }
    }

    private func found() async throws -> Diagnosis {
        let named = FilePath(path)
        let whole = named.isAbsolute ? named : FilePath(FileManager.default.currentDirectoryPath).pushing(named)
        let mounted = MountedPath(whole)
        if connection.cache.cacheDir == nil, let mounted { return mounted.explain() }
        guard let inTree = mounted?.path ?? Self.inTree(path) else {
            return Diagnosis(path, .outsideMount, what: "a path outside any mount of PulseFS")
        }
        return try await fromCache(inTree)
    }

    /// What is meant in a tree; nil for a path that means another place.
    private static func inTree(_ text: String) -> String? {
        if text == "jobs" || text.hasPrefix("jobs/") { return text }
        return text.contains("/") ? nil : "jobs/\(text)"
    }

    private func fromCache(_ path: String) async throws -> Diagnosis {
        let sources = SettingsSources(connection.flags, .process)
        let settings = try LocalSettings(sources)
        let store = try await CacheOpening.openForCommand(settings.cacheDirectory, limits: settings.cacheLimits)
        // What is wrong with the key is a part of the answer.
        let key = try? Settings(sources).key
        return CacheExamination(store, origin: settings.origin, key: key, largeResults: settings.largeResults)
            .examine(path)
    }

    // MARK: Words

    private static func words(_ diagnosis: Diagnosis) -> String {
        var lines = ["\(PrintableText.line(diagnosis.path.isEmpty ? "/" : diagnosis.path)): \(diagnosis.what)"]
        lines += diagnosis.known.map { "  \($0)" }
        if let problem = diagnosis.problem { lines += Self.words(problem).map { "  \($0)" } }
        if let errno = diagnosis.errno { lines.append("  A program that opens it gets \(errno).") }
        lines.append(diagnosis.advice)
        return lines.map { PrintableText.line($0) }.joined(separator: "\n")
    }

    private static func words(_ problem: Diagnosis.Problem) -> [String] {
        var said = problem.request ?? ""
        if let status = problem.status {
            said += " was answered \(status)"
        } else if !said.isEmpty {
            said += " failed"
        }
        if let code = problem.code { said += " \(code)" }
        if let message = problem.message { said += said.isEmpty ? message : ": \(message)" }
        if let id = problem.requestID { said += " (request \(id))" }
        var lines = [said]
        if let time = problem.time {
            let tries = problem.tries.map { $0 == 1 ? ", tried once" : ", tried \($0) times" } ?? ""
            let since = problem.since.map { $0 == time ? "" : " since \($0)" } ?? ""
            lines.append("That was at \(time)\(tries)\(since).")
        }
        if let seconds = problem.retryAfter { lines.append("The API asks to wait \(seconds) s.") }
        return lines
    }
}
