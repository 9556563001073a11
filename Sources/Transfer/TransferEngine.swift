import Glibc
import Synchronization

/// Fetches over HTTP(S), any number of transfers on one thread and a bounded number of connections.
///
/// Redirects are not followed, a coded body (Content-Encoding) reaches the sink decoded, no cookie or password file is read; proxies are taken from the
/// environment as libcurl does. Connections are kept and used again. Releasing the engine shuts it down without waiting.
package final class TransferEngine: Sendable {
    package struct Configuration: Sendable {
        package var userAgent: String
        /// Transfers beyond this wait for a connection, unless HTTP/2 lets them share one.
        package var maximumConnectionsPerHost: Int
        package var maximumConnections: Int
        package var authorities: CertificateAuthorities
        let proxies: ProxyEnvironment

        package init(
            userAgent: String,
            maximumConnectionsPerHost: Int = 32,
            maximumConnections: Int = 64,
            authorities: CertificateAuthorities = .standard
        ) {
            self.userAgent = userAgent
            self.maximumConnectionsPerHost = maximumConnectionsPerHost
            self.maximumConnections = maximumConnections
            self.authorities = authorities
            proxies = .process
        }
    }

    private let configuration: Configuration
    private let mailbox = Mailbox()
    private let home = HomeAddresses()
    /// Whether the thread was started, or is never to be.
    private let isStarted = Mutex(false)

    /// The engine's thread starts with the first request, or with `start`.
    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// Starts the engine's thread, where libcurl is opened: some milliseconds that the first request then need not wait for. Does
    /// not block. Throws `.other` when the system has no thread to give; what else is in the way is thrown by the first request.
    package func start() throws(TransferError) {
        let (configuration, mailbox, home) = (configuration, mailbox, home)
        let failure = isStarted.withLock { isStarted in
            guard !isStarted else { return Int32(0) }
            let failure = DedicatedThread.start(named: "transfer") {
                Self.run(mailbox, configuration, home)
                mailbox.reportExit()
            }
            isStarted = failure == 0
            return failure
        }
        guard failure == 0 else {
            throw TransferError(
                .other, "The transfer thread could not be started: \(String(cString: strerror(failure))).")
        }
    }

    /// A process that has no descriptors or memory left for libcurl may have them for the next request.
    private static func run(_ mailbox: Mailbox, _ configuration: Configuration, _ home: HomeAddresses) {
        while true {
            do throws(TransferError) {
                let multi = try MultiHandle(configuration)
                mailbox.attach(multi)
                return EngineLoop(multi, mailbox, configuration, home).run()
            } catch {
                if mailbox.refuse(error) { return }
            }
        }
    }

    deinit {
        mailbox.post(.shutDown)
    }

    /// Sends a request and returns when its answer is complete: the last byte of a 2xx body has been taken by `sink`, or
    /// an answer with another status has arrived.
    ///
    /// An error status is an answer and is returned, whatever happens to its body. The engine keeps `sink` until it
    /// returns and calls it on its own thread. Does not block the calling thread.
    ///
    /// Cancelling the task ends the transfer at once and throws `.cancelled`; its connection is closed.
    /// - Throws: `TransferError` with the exact cause; `received` says how much the sink has taken.
    package func perform(
        _ request: TransferRequest, into sink: any BodySink
    ) async throws(TransferError) -> TransferResponse {
        try start()
        let flow = TransferFlow(id: .next(), mailbox: mailbox)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let order = TransferOrder(
                    request: request, sink: sink, flow: flow, issued: .now,
                    continuation: continuation)
                if !mailbox.post(.start(order)) {
                    continuation.resume(returning: TransferOrder.Outcome.failure(mailbox.ending ?? .shutDown))
                }
            }
        } onCancel: {
            flow.cancel()
        }
        return try outcome.get()
    }

    /// Finds out where the program's own place is, if no request has yet: then what is named elsewhere may be asked there too
    /// (`TransferRequest.Reach`). True when it is known now and was not before.
    package func findHome(_ host: String) async -> Bool {
        guard home.isEmpty else { return false }
        let home = home
        if let address = NetworkAddress(host) {
            home.add(address)
            return true
        }
        return await withCheckedContinuation { continuation in
            let failure = DedicatedThread.start(named: "resolver") {
                home.add(addressesOf: host)
                continuation.resume(returning: !home.isEmpty)
            }
            if failure != 0 { continuation.resume(returning: false) }
        }
    }

    /// Ends the engine's thread and closes its connections. Pending transfers, and all later ones, fail with `.shutDown`.
    ///
    /// Returns when the thread has let go of everything. May be called more than once.
    package func shutDown() async {
        let isRunning = isStarted.withLock { isStarted in
            defer { isStarted = true }
            return isStarted
        }
        if isRunning { await mailbox.shutDown() } else { mailbox.close(.shutDown) }
    }
}
