import ArgumentParser
import JobCache
import PulseAPI

/// The ids of jobs in a file, each once, as they are appended to it. For one reader.
final class FollowedIDs {
    private let file: FollowedFile
    private let path: String
    private let complain: (String) -> Void
    private var seen: Set<JobID> = []

    /// `complain` is told of each line that is no id. Ends the command when the file cannot be read. A FIFO is opened once: its
    /// writers take the first reader for the one who stays.
    init(_ path: String, _ complain: @escaping (String) -> Void) throws(ExitCode) {
        (self.path, self.complain) = (path, complain)
        do throws(FollowedFile.Trouble) { file = try FollowedFile(path) } catch {
            throw Terminal.failure(
                "cannot read \(path): name a file with one id per line, or - for standard input", code: 64)
        }
    }

    /// The next id; waits for it. Nil at the end, and when the task is cancelled.
    func next() async -> JobID? {
        while let line = await file.next() {
            guard let id = id(in: line) else { continue }
            if seen.insert(id).inserted { return id }
        }
        return nil
    }

    /// Nil for an empty line, and for a malformed one, which is complained about.
    private func id(in line: FollowedLines.Line) -> JobID? {
        let place = JobIDOptions.place(line: line.number, of: path)
        guard let text = line.text else {
            complain(JobIDOptions.overlong(place))
            return nil
        }
        guard let word = JobIDOptions.word(in: text) else { return nil }
        guard let id = JobID(word) else {
            complain(JobIDOptions.malformed(word, place))
            return nil
        }
        return id
    }
}
