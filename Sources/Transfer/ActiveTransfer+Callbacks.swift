import CCurl

// libcurl calls these on the engine's thread, from within curl_multi_perform(3) and curl_easy_pause(3). They belong to a
// type and not to a file of statements, because Swift would isolate the latter to the main actor.
extension ActiveTransfer {
    func setCallbacks() {
        easy.setCallbacks(
            header: Self.headerCallback, body: Self.bodyCallback, beforeRequest: Self.beforeRequestCallback,
            newSocket: Self.newSocketCallback, openSocket: Self.openSocketCallback,
            context: Unmanaged.passUnretained(self).toOpaque())
        if !order.request.method.isSafe {
            easy.setBodyCallback(Self.sendCallback, context: Unmanaged.passUnretained(self).toOpaque())
        }
    }

    /// The transfer that a context stands for.
    static func transfer(_ context: UnsafeMutableRawPointer) -> ActiveTransfer {
        Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private static let headerCallback: curl_write_callback = { data, size, count, context in
        guard let data, let context else { return 0 }
        let line = UnsafeRawBufferPointer(start: data, count: size * count)
        return answer(transfer(context).receive(headerLine: line), to: line.count)
    }

    private static let bodyCallback: curl_write_callback = { data, size, count, context in
        guard let data, let context else { return 0 }
        let body = UnsafeRawBufferPointer(start: data, count: size * count)
        guard !body.isEmpty else { return 0 }
        return answer(transfer(context).receive(body: body), to: body.count)
    }

    private static let sendCallback: curl_read_callback = { data, size, count, context in
        guard let data, let context else { return Int(CURL_READFUNC_ABORT) }
        let room = UnsafeMutableRawBufferPointer(start: data, count: size * count)
        return transfer(context).send(into: room) ?? Int(CURL_READFUNC_ABORT)
    }

    private static let beforeRequestCallback: curl_prereq_callback = { context, address, _, _, _ in
        guard let context else { return CURL_PREREQFUNC_ABORT }
        // The connection may have been another transfer's.
        guard transfer(context).mayUseConnection(to: address.flatMap { NetworkAddress(String(cString: $0)) }) else {
            return CURL_PREREQFUNC_ABORT
        }
        return transfer(context).requestIsSent() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }

    /// What is opened is not passed on to other programs, unlike libcurl's own.
    private static let openSocketCallback: curl_opensocket_callback = { context, _, address in
        guard let context, let address, let target = pulse_curl_address(address),
            transfer(context).mayConnect(to: NetworkAddress(target))
        else { return pulse_curl_socket_bad }
        return pulse_open_socket(address)
    }

    private static let longestUnacknowledged = Duration.seconds(60)

    /// Has the kernel break off a connection whose far end no longer acknowledges anything. An HTTP/2 connection would
    /// else outlive the transfers that stall on it, and keep taking new ones.
    private static let newSocketCallback: curl_sockopt_callback = { context, socket, _ in
        guard let context else { return CURL_SOCKOPT_OK }
        let limits = transfer(context).order.request.limits
        // It bounds the connecting too, which has a limit of its own.
        // A transfer that may be silent for long is to hear of a dead peer all the same.
        let timeout = max(min(limits.stallTimeout, longestUnacknowledged), limits.connectTimeout)
        pulse_set_tcp_user_timeout(socket, UInt32(clamping: max(1, timeout.roundedUpMilliseconds)))
        return CURL_SOCKOPT_OK
    }

    private static func answer(_ verdict: Verdict, to count: Int) -> Int {
        switch verdict {
        case .go: count
        case .pause: Int(CURL_WRITEFUNC_PAUSE)
        case .abort: Int(CURL_WRITEFUNC_ERROR)
        }
    }
}
