extension TransferRequest {
    /// Why a 2xx answer must not be taken, before a byte of it is; nil if it may.
    func refusal(of head: ResponseHead) -> TransferError? {
        if head.status == 206, !carriesRequestedRange(head) {
            return TransferError(.invalidResponse, "The server sent a part of the file that was not asked for.")
        }
        // A part is one of a file that is too large as a whole.
        if method == .get, let limit = limits.maximumBodySize,
            let length = head.contentRange?.total ?? head.contentLength, length > limit
        {
            return .tooLarge(limit: limit)
        }
        return nil
    }

    private func carriesRequestedRange(_ head: ResponseHead) -> Bool {
        // A range set by hand is for its author to check.
        guard let range else { return headers["Range"] != nil }
        guard let carried = head.contentRange, carried.first == range.first else { return false }
        return range.last.map { carried.last <= $0 } ?? true
    }
}

extension TransferError {
    static func tooLarge(limit: UInt64) -> TransferError {
        TransferError(.tooLarge(limit: limit), "The answer is larger than \(limit) bytes.")
    }
}

extension ResponseHeadParser.Refusal {
    var transferError: TransferError {
        switch self {
        case .malformedStatusLine, .malformedField:
            TransferError(.invalidResponse, "The head of the answer is not HTTP.")
        case .tooLarge:
            TransferError(.invalidResponse, "The head of the answer is larger than any honest one.")
        }
    }
}
