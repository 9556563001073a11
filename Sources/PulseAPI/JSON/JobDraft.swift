import JSONStream

/// The facts of a job while its answer is being scanned.
struct JobDraft {
    /// A field without which an answer is no job.
    enum RequiredText {
        case absent
        case other(JSONKind)
        case tooLong
        case text(String)

        func required(_ name: String) throws(JSONError) -> String {
            let reason: String
            switch self {
            case .text(let text): return text
            case .absent: reason = "it has no `\(name)`"
            case .other(let kind): reason = "its `\(name)` is \(kind.phrase), not a string"
            case .tooLong: reason = "its `\(name)` is longer than \(ResultFacts.textLimit) bytes"
            }
            throw JSONError(.unexpectedShape, at: 0, "The answer is not a job: \(reason).")
        }
    }

    private(set) var members: [JSONMember] = []
    private(set) var jobID: String?
    private(set) var status = RequiredText.absent
    private(set) var createdAt: String?
    private(set) var updatedAt: String?
    private(set) var resultRange: Range<UInt64>?
    private var error: String?
    /// `message` of the job, and the cause within the error.
    private var message: String?
    private var cause: String?
    private var errorParts: [AnswerField.ErrorPart: String] = [:]
    /// An error that is neither a string nor null.
    private var errorRange: Range<UInt64>?
    private var memberName: String?
    private var memberKey: Range<UInt64> = 0..<0

    mutating func beginMember(name: String?, key: Range<UInt64>) {
        memberName = name
        memberKey = key
    }

    mutating func endMember(_ field: AnswerField?, _ kind: JSONKind, _ range: Range<UInt64>) {
        // One more than allowed is enough to know.
        if members.count <= JobAnswer.memberLimit {
            members.append(JSONMember(name: memberName, key: memberKey, value: range))
        }
        switch field {
        case .result where kind != .null: resultRange = range
        case .error where kind != .null && kind != .string: errorRange = range
        case .status where kind != .string: status = .other(kind)
        default: break
        }
    }

    /// Forgets what an earlier member of the same name has said.
    mutating func reset(_ field: AnswerField) {
        switch field {
        case .jobID: jobID = nil
        case .status: status = .absent
        case .createdAt: createdAt = nil
        case .updatedAt: updatedAt = nil
        case .result: resultRange = nil
        case .jobMessage: message = nil
        case .error:
            error = nil
            cause = nil
            errorParts = [:]
            errorRange = nil
        case .errorPart(let part): errorParts[part] = nil
        case .errorDetails, .errorCause: cause = nil
        default: break
        }
    }

    mutating func string(_ field: AnswerField, _ text: borrowing JSONText) {
        switch field {
        case .jobID: jobID = text.complete
        case .status: status = text.complete.map { .text($0) } ?? .tooLong
        case .createdAt: createdAt = text.complete
        case .updatedAt: updatedAt = text.complete
        case .error: error = text.prefix
        case .jobMessage: message = text.prefix
        case .errorDetails, .errorCause: cause = text.prefix
        case .errorPart(let part): errorParts[part] = text.prefix
        default: break
        }
    }

    /// The error as text, with its cause and what the job says beside it, each once; reads its JSON from the source when it
    /// has no text in it.
    func errorText(in source: any ByteSource) throws(JSONError) -> String? {
        let stated = try statedError(in: source)
        let said = [stated, message, cause].compactMap { $0 }.filter { !$0.isEmpty }
        let texts = said.enumerated().filter { place, text in !said[..<place].contains { $0.contains(text) } }
        // One sentence of them all: a full stop stands at its end alone.
        let sentence = texts.dropLast().map { $0.element.hasSuffix(".") ? String($0.element.dropLast()) : $0.element }
        return texts.isEmpty ? stated : (sentence + texts.suffix(1).map(\.element)).joined(separator: "; ")
    }

    private func statedError(in source: any ByteSource) throws(JSONError) -> String? {
        if let error { return error }
        guard let errorRange else { return nil }
        for part in AnswerField.ErrorPart.allCases {
            if let text = errorParts[part] { return text }
        }
        if cause != nil { return nil }
        let text = try JSONText(of: errorRange, in: source, limit: ResultFacts.textLimit, named: "its `error`")
        return text.prefix
    }
}
