import CCurl

/// Owns a curl multi handle; frees it, and its connections, when the last reference goes.
///
/// Proof for `@unchecked Sendable`: the pointer never changes, `wakeUp` is the one function that libcurl allows from any
/// thread (curl_multi_wakeup(3)), and all others are called by `EngineLoop` alone, which never leaves its thread.
/// The other owner, the mailbox, drops its reference before the loop does, so the handle is freed on that thread too.
final class MultiHandle: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer

    /// libcurl's process-wide set-up; thread-safe, done once, never undone (curl_global_init(3)).
    private static let global = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(_ configuration: TransferEngine.Configuration) throws(TransferError) {
        if let trouble = pulse_curl_open() { throw TransferError(.other, String(cString: trouble)) }
        guard Self.global == CURLE_OK, let multi = curl_multi_init() else {
            throw TransferError(.other, "libcurl could not be initialised.")
        }
        self.multi = multi
        let total = max(1, configuration.maximumConnections)
        let perHost = max(1, configuration.maximumConnectionsPerHost)
        _ = pulse_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, total)
        _ = pulse_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, perHost)
        // How many connections are kept; the default follows the number of running transfers and would drop them.
        _ = pulse_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, total)
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// Ends the current or the next `poll`.
    func wakeUp() {
        curl_multi_wakeup(multi)
    }

    func add(_ easy: EasyHandle) -> Bool {
        curl_multi_add_handle(multi, easy.pointer) == CURLM_OK
    }

    func remove(_ easy: EasyHandle) {
        curl_multi_remove_handle(multi, easy.pointer)
    }

    /// Does everything that can be done without waiting; callbacks run inside.
    func perform() -> Bool {
        var running: Int32 = 0
        return curl_multi_perform(multi, &running) == CURLM_OK
    }

    /// The next transfer that libcurl has finished, and how.
    func nextFinished() -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
                return (easy, message.pointee.data.result)
            }
        }
        return nil
    }

    /// Waits for the network, for one of libcurl's timers, for `wakeUp`, or for `timeout` at most (curl_multi_poll(3)).
    func poll(timeout: Duration) -> Bool {
        curl_multi_poll(multi, nil, 0, Int32(clamping: timeout.roundedUpMilliseconds), nil) == CURLM_OK
    }
}
