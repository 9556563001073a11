import ArtifactStore
import JSONStream
import PulseAPI

/// How a job has ended, in one line: what `.wait` returns.
package struct JobEnding: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case completed, failed, canceled, expired
    }

    package let kind: Kind
    /// The API's own words, in one line.
    package let message: String?

    /// A message is cut at this many characters.
    private static let longest = 2000

    /// Nil while the job goes on.
    package init?(_ job: Job) {
        switch job.phase {
        case .running: return nil
        case .completed: kind = .completed
        case .failed: kind = .failed
        case .canceled: kind = .canceled
        case .expired: kind = .expired
        }
        // It was read as a job when it came; words that cannot be found again are none.
        let text = try? JobAnswer.scan(MemoryByteSource(job.facts.statusDocument)).errorText
        let line = PrintableText.line(text ?? "").split(separator: " ").joined(separator: " ")
        message = kind == .completed || line.isEmpty ? nil : String(line.prefix(Self.longest))
    }

    /// Such as `completed` or `failed: the document is encrypted`.
    package var line: String { message.map { "\(kind.rawValue): \($0)" } ?? kind.rawValue }

    /// The bytes of `.wait`.
    package var content: [UInt8] { Array("\(line)\n".utf8) }
}
