import Quantities

extension TransferRequest {
    /// Why a 2xx answer must not be taken, before a byte of it is; nil if it may.
    func refusal(of head: ResponseHead) -> TransferError? {
        if let problem = head.problemOfLength ?? (method == .head ? nil : head.problemOfCoding) {
            return TransferError(.invalidResponse, problem)
        }
        if head.status == 206, !carriesRequestedRange(head) {
            return TransferError(.invalidResponse, "The server sent a part of the file that was not asked for.")
        }
        // A part is one of a file that is too large as a whole.
        if method == .get, let limit = limits.maximumBodySize,
            let length = head.contentRange?.total ?? head.contentLength, length.bytes > limit
        {
            return .tooLarge(limit: limit, announced: head.isCoded ? nil : length.bytes)
        }
        return nil
    }

    private func carriesRequestedRange(_ head: ResponseHead) -> Bool {
        // A range set by hand is for its author to check.
        guard let range else { return headers["Range"] != nil }
        guard let carried = head.contentRange, carried.first.bytes == range.first else { return false }
        return range.last.map { carried.last.bytes <= $0 } ?? true
    }
}

extension ResponseHead {
    /// Why nobody can say how long the body is, in words; nil when the head does not contradict itself.
    fileprivate var problemOfLength: String? {
        switch announcedLength {
        case .several: return "The answer announces two lengths that differ."
        case .malformed: return "The answer announces an invalid length: not a number, or larger than any file."
        case .none: return nil
        case .one:
            guard let contentRange, let contentLength, contentLength != contentRange.count else { return nil }
            return "The announced length of the answer does not fit its part of the file."
        }
    }

    /// Why a coded body cannot be decoded to the bytes that were asked for; nil when it can be tried.
    fileprivate var problemOfCoding: String? {
        guard isCoded else { return nil }
        // Its bytes are those of the coded file.
        if status == 206 {
            return "The answer is a part of a coded file (Content-Encoding), which cannot be decoded."
        }
        let isHTTP1 = httpVersion == .http10 || httpVersion == .http11
        guard isHTTP1, announcedLength == .none, fields["Transfer-Encoding"] == nil else { return nil }
        // A decoder takes what is cut off for the end.
        return "The answer is coded (Content-Encoding) and does not say where it ends."
    }
}

extension TransferError {
    /// `words` are the range's.
    static func forbiddenAddress(_ authority: String, _ range: AddressRange) -> TransferError {
        TransferError(
            .forbiddenAddress,
            "\(authority) is at an address \(range.words); PulseFS does not send requests there for a document.")
    }

    static func brokenOff(at authority: String) -> TransferError {
        TransferError(.connectionReset, "\(authority) closed the connection before it had answered.")
    }

    static func tooLarge(limit: UInt64, announced: UInt64? = nil) -> TransferError {
        TransferError(.tooLarge(limit: limit, announced: announced), "The answer is larger than \(limit) bytes.")
    }
}

extension ResponseHeadParser.Refusal {
    var transferError: TransferError {
        switch self {
        case .malformedStatusLine, .malformedField:
            TransferError(.invalidResponse, "The head of the answer is not HTTP.")
        case .tooLarge:
            TransferError(.invalidResponse, "The head of the answer is too large.")
        }
    }
}
