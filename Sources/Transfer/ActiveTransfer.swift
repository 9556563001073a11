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
    let destination: TransferRequest.Destination
    let easy: EasyHandle
    private(set) var deadlines: TransferDeadlines
    private(set) var isPaused = false
    /// Told when the stall clock starts: only then may the transfer be due earlier than was known.
    var onDeadlineMovedUp: ((ActiveTransfer) -> Void)?

    private var parser = ResponseHeadParser()
    private var head: ResponseHead?
    private var errorBody: [UInt8] = []
    private var received: UInt64 = 0
    /// Bytes of the request's body that libcurl has been given.
    private var sent = ByteCount.zero
    /// A connection has been given the request at least once.
    private var hasBeenSent = false
    /// Why a callback ended the transfer; goes before whatever libcurl says.
    private var refusal: TransferError?

    private let home: HomeAddresses
    /// A proxy of the user's is connected to, and asks whom it likes.
    private let isProxied: Bool
    /// What the addresses are of that were not connected to; and whether one was.
    private var forbidden: AddressRange?
    private var hasTried = false

    /// Throws what is wrong with the request, or in the way of it.
    init(
        _ order: TransferOrder, _ configuration: TransferEngine.Configuration, _ home: HomeAddresses,
        _ sessions: TLSSessions?
    ) throws(TransferError) {
        self.order = order
        self.home = home
        destination = try order.request.checked()
        let proxy = configuration.proxies.proxy(for: destination.host, isTLS: destination.isTLS)
        isProxied = proxy != nil
        if order.request.reach == .elsewhere, let range = Self.forbiddenRange(destination.host, home) {
            throw .forbiddenAddress(destination.authority, range)
        }
        easy = try EasyHandle(order.request, to: destination, configuration, destination.isTLS ? sessions : nil)
        deadlines = TransferDeadlines(order.request.limits, issued: order.issued)
        setCallbacks()
        // libcurl and we may read the list of exceptions differently: what is checked is what is done.
        if order.request.reach == .elsewhere, !easy.setProxy(proxy) {
            throw TransferError(.other, "libcurl does not take the proxy of the environment.")
        }
    }

    /// Of a host that is an address already, or this machine by definition (RFC 6761), and may not be asked: then nobody else is
    /// to ask it either.
    private static func forbiddenRange(_ host: String, _ home: HomeAddresses) -> AddressRange? {
        let name = host.lowercased()
        let isLocal = name == "localhost" || name.hasSuffix(".localhost")
        guard let address = NetworkAddress(isLocal ? "127.0.0.1" : host), !home.permits(address) else { return nil }
        return address.range
    }

    /// Whether a connection may be opened, and remembers where the program's own place is.
    func mayConnect(to address: NetworkAddress?) -> Bool {
        guard !isProxied else { return true }
        switch order.request.reach {
        case .home:
            if let address { home.add(address) }
        case .elsewhere:
            guard let address, home.permits(address) else {
                forbidden = address?.range ?? .reserved
                return false
            }
        }
        hasTried = true
        return true
    }

    /// Whether the request may go out on a connection that stands.
    func mayUseConnection(to address: NetworkAddress?) -> Bool {
        guard !isProxied, order.request.reach == .elsewhere else { return true }
        if let address, home.permits(address) { return true }
        refusal = .forbiddenAddress(destination.authority, address?.range ?? .reserved)
        return false
    }

    /// The connection stands and the request goes out: from now on the server is expected to say something.
    ///
    /// False when it must not go out. libcurl would send a request again, on another connection, when one that was kept breaks
    /// before the answer; whether one that changes something has been done is not for it to guess.
    func requestIsSent() -> Bool {
        if hasBeenSent, !order.request.method.isSafe {
            // An answer (417) is what the transfer comes to.
            if head == nil { refusal = .brokenOff(at: destination.authority) }
            return false
        }
        hasBeenSent = true
        deadlines.restartStallClock(at: .now)
        onDeadlineMovedUp?(self)
        return true
    }

    /// Gives libcurl the next bytes of the body; nil ends the transfer.
    func send(into room: UnsafeMutableRawBufferPointer) -> Int? {
        guard let body = order.request.body else { return 0 }
        // The server takes what is sent: it is there.
        deadlines.restartStallClock(at: .now)
        do {
            let count = try body.read(into: room, at: sent)
            sent += ByteCount(UInt64(count))
            return count
        } catch {
            refusal = TransferError(thrownBySource: error)
            return nil
        }
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
        // A name may have other addresses, and those count.
        if let forbidden, !hasTried {
            return .failure(describe(.forbiddenAddress(destination.authority, forbidden), nil))
        }
        let cause = CurlFailure(
            code: code,
            osErrno: Int32(truncatingIfNeeded: easy.info(CURLINFO_OS_ERRNO)),
            verifyResult: easy.info(CURLINFO_SSL_VERIFYRESULT),
            proxyStatus: easy.info(CURLINFO_HTTP_CONNECTCODE),
            isTLS: destination.isTLS,
            head: head)
        return .failure(describe(cause.error(at: destination.authority), code))
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
        error.delivery = hasBeenSent ? .unclear : .notSent
        if let code, code != CURLE_OK, refusal == nil {
            error.curlCode = code.rawValue
            let errno = Int32(truncatingIfNeeded: easy.info(CURLINFO_OS_ERRNO))
            error.osErrno = errno == 0 ? nil : errno
        }
        return error
    }
}
