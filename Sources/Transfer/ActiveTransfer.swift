import CCurl
import Quantities

/// One transfer on the engine's thread: what has come so far, and what the callbacks decide.
///
/// Everything runs on the engine's thread; libcurl holds an unretained pointer to it, so the engine keeps it until its
/// easy handle is out of the multi handle.
final class ActiveTransfer {
    /// What a callback answers to libcurl.
    enum Verdict {
        case go
        case pause
        case abort
    }

    /// Bytes of an error body that are kept.
    static let maximumErrorBody = 64 * 1024

    let order: TransferOrder
    let easy: EasyHandle
    private(set) var deadlines: TransferDeadlines
    private(set) var isPaused = false
    /// Told when the stall clock starts: only then may the transfer be due earlier than was known.
    var onDeadlineMovedUp: ((ActiveTransfer) -> Void)?

    private var parser = ResponseHeadParser()
    private var head: ResponseHead?
    private var errorBody: [UInt8] = []
    private var received: UInt64 = 0
    /// Why a callback ended the transfer; goes before whatever libcurl says.
    private var refusal: TransferError?

    init(_ order: TransferOrder, _ configuration: TransferEngine.Configuration) throws(TransferError) {
        self.order = order
        easy = try EasyHandle(order.request, to: order.destination, configuration)
        deadlines = TransferDeadlines(order.request.limits, issued: order.issued)
        setCallbacks()
    }

    /// The connection stands and the request goes out: from now on the server is expected to say something.
    func requestIsSent() {
        deadlines.restartStallClock(at: .now)
        onDeadlineMovedUp?(self)
    }

    func receive(headerLine line: UnsafeRawBufferPointer) -> Verdict {
        deadlines.restartStallClock(at: .now)
        do {
            guard let head = try parser.consume(line) else { return .go }
            return accept(head)
        } catch {
            return refuse(error.transferError)
        }
    }

    func receive(body: UnsafeRawBufferPointer) -> Verdict {
        deadlines.bodyHasCome(body.count, at: .now)
        guard let head else { return refuse(TransferError(.invalidResponse, "The server sent a body without a head.")) }
        return head.isSuccess ? offer(body) : keepError(body)
    }

    /// Clears the pause, so that the sink may be asked again; false if there was none.
    func endPause() -> Bool {
        guard isPaused else { return false }
        isPaused = false
        deadlines.restartStallClock(at: .now)
        onDeadlineMovedUp?(self)
        return true
    }

    private func accept(_ head: ResponseHead) -> Verdict {
        self.head = head
        deadlines.answerHasBegun()
        guard head.isSuccess else { return .go }
        if let refusal = order.request.refusal(of: head) {
            return refuse(refusal)
        }
        do {
            try order.sink.receive(head: head, flow: order.flow)
            return .go
        } catch {
            return refuse(TransferError(thrownBySink: error))
        }
    }

    private func offer(_ body: UnsafeRawBufferPointer) -> Verdict {
        if let limit = order.request.limits.maximumBodySize, UInt64(body.count) > limit -| received {
            return refuse(.tooLarge(limit: limit))
        }
        do {
            switch try order.sink.receive(body: body.bytes) {
            case .more:
                received +|= UInt64(body.count)
                return .go
            case .pause:
                isPaused = true
                deadlines.stopStallClock()
                return .pause
            }
        } catch {
            return refuse(TransferError(thrownBySink: error))
        }
    }

    /// Keeps the beginning of an error body. The rest is not worth its time: the transfer is over when it comes.
    private func keepError(_ body: UnsafeRawBufferPointer) -> Verdict {
        errorBody.append(contentsOf: body.prefix(Self.maximumErrorBody - errorBody.count))
        return errorBody.count < Self.maximumErrorBody ? .go : .abort
    }

    private func refuse(_ error: TransferError) -> Verdict {
        refusal = error
        return .abort
    }
}

extension ActiveTransfer {
    /// What became of the transfer, now that libcurl has finished it with `code`.
    func outcome(of code: CURLcode) -> TransferOrder.Outcome {
        if let refusal { return .failure(describe(refusal, code)) }
        // An error status is the answer, even if its body was cut.
        if let head, code == CURLE_OK || !head.isSuccess {
            return .success(TransferResponse(head: head, errorBody: errorBody))
        }
        let cause = CurlFailure(
            code: code,
            osErrno: Int32(truncatingIfNeeded: easy.info(CURLINFO_OS_ERRNO)),
            verifyResult: easy.info(CURLINFO_SSL_VERIFYRESULT),
            proxyStatus: easy.info(CURLINFO_HTTP_CONNECTCODE),
            isTLS: order.destination.isTLS,
            head: head)
        return .failure(describe(cause.error(at: order.destination.authority), code))
    }

    /// What becomes of the transfer when the engine ends it before libcurl has.
    func outcome(of error: TransferError) -> TransferOrder.Outcome {
        if let head, !head.isSuccess, error.code == .stalled || error.code == .totalTimedOut {
            return .success(TransferResponse(head: head, errorBody: errorBody))
        }
        return .failure(describe(error, nil))
    }

    private func describe(_ error: TransferError, _ code: CURLcode?) -> TransferError {
        var error = error
        error.received = received
        error.status = head?.status
        if let code, code != CURLE_OK, refusal == nil {
            error.curlCode = code.rawValue
            let errno = Int32(truncatingIfNeeded: easy.info(CURLINFO_OS_ERRNO))
            error.osErrno = errno == 0 ? nil : errno
        }
        return error
    }
}
