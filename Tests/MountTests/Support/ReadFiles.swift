import Foundation
import PulseTestSupport
import SystemPackage

/// Files as a reader got them, each beside what it should be.
struct ReadFiles: Sendable {
    enum Outcome: Hashable, Sendable {
        case whole
        /// The right bytes as far as it went, and then, or instead, this error.
        case error(String)
        /// Bytes that are not those of the file, or too few of them without an error.
        case wrong
        /// The reader was still waiting when its time was up.
        case stuck
    }

    let outcomes: [String: Outcome]

    var areWhole: Bool { outcomes.values.allSatisfy { $0 == .whole } }

    /// What a reader may get while the cache's disk fails: the file, or that the disk fails; not that there is no such file, nor
    /// that the API has sent a bad one.
    var areWholeOrFailed: Bool {
        let failures = ["Input/output error", "No space left on device"]
        return outcomes.values.allSatisfy { $0 == .whole || failures.map(Outcome.error).contains($0) }
    }

    /// What is not whole.
    var summary: String {
        let rest = outcomes.filter { $0.value != .whole }.map { "\($0.key): \($0.value)" }.sorted()
        return rest.isEmpty ? "whole" : rest.joined(separator: ", ")
    }

    /// Without some files.
    func without(_ isLeftOut: (String) -> Bool) -> ReadFiles {
        ReadFiles(outcomes: outcomes.filter { !isLeftOut($0.key) })
    }
}

extension MountedPulseFS {
    /// Reads files one after the other, by another process. `files` are their names and what they should be.
    ///
    /// Gives up after `patience` seconds for all of them: what was not read by then is stuck.
    func read(_ files: [String: [UInt8]], keptIn scratch: FilePath, patience: Int = 20) async throws -> ReadFiles {
        let names = files.keys.sorted()
        let place = scratch.appending("read-\(UUID().uuidString.prefix(8))").string
        defer { try? FileManager.default.removeItem(atPath: place) }
        let script = """
            place=$1
            shift
            mkdir "$place"
            for name do
                number=$((number + 1))
                cat -- "$M/$name" > "$place/$number" 2> "$place/errors" && echo 0 && continue
                echo "1 $(sed -n 's/.*: //p' "$place/errors")"
            done
            """
        let seen = try await shell(script, [place] + names, timeout: patience)
        var outcomes: [String: ReadFiles.Outcome] = [:]
        for (number, name) in names.enumerated() {
            guard number < seen.lines.count else {
                outcomes[name] = .stuck
                continue
            }
            let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: "\(place)/\(number + 1)")))
            outcomes[name] = Self.outcome(seen.lines[number], bytes, expected: files[name] ?? [])
        }
        return ReadFiles(outcomes: outcomes)
    }

    private static func outcome(_ line: String, _ bytes: [UInt8], expected: [UInt8]) -> ReadFiles.Outcome {
        if line == "0" { return bytes == expected ? .whole : .wrong }
        return expected.starts(with: bytes) ? .error(String(line.dropFirst(2))) : .wrong
    }
}
