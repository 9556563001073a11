import CCurl
import Quantities

/// Owns a curl easy handle and its header list, set up for one request; frees both when it goes.
///
/// Used on the engine's thread alone. To be removed from the multi handle before the last reference goes.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let headers: UnsafeMutablePointer<curl_slist>?
    /// To be freed after the handle that uses them.
    private let sessions: TLSSessions?

    init(
        _ request: TransferRequest, to destination: TransferRequest.Destination,
        _ configuration: TransferEngine.Configuration, _ sessions: TLSSessions?
    ) throws(TransferError) {
        guard let easy = curl_easy_init() else { throw TransferError(.other, "Out of memory.") }
        do {
            headers = try Self.makeList(request.headers, leavingOut: Self.omittedHeaders(of: request))
        } catch {
            curl_easy_cleanup(easy)
            throw error
        }
        pointer = easy
        self.sessions = sessions
        if let sessions { _ = pulse_curl_set_pointer(easy, CURLOPT_SHARE, sessions.pointer) }
        guard set(request), setConnection(isTLS: destination.isTLS, request.limits, configuration) else {
            throw TransferError(.other, "libcurl does not take the request; is it older than 7.88?")
        }
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
    }

    /// Sets the functions that libcurl calls with `context`, which must outlive the handle.
    func setCallbacks(
        header: @escaping curl_write_callback, body: @escaping curl_write_callback,
        beforeRequest: @escaping curl_prereq_callback, newSocket: @escaping curl_sockopt_callback,
        openSocket: @escaping curl_opensocket_callback, context: UnsafeMutableRawPointer
    ) {
        _ = pulse_curl_set_write_callback(pointer, CURLOPT_HEADERFUNCTION, header)
        _ = pulse_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context)
        _ = pulse_curl_set_write_callback(pointer, CURLOPT_WRITEFUNCTION, body)
        _ = pulse_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context)
        _ = pulse_curl_set_prereq_callback(pointer, beforeRequest)
        _ = pulse_curl_set_pointer(pointer, CURLOPT_PREREQDATA, context)
        _ = pulse_curl_set_sockopt_callback(pointer, newSocket)
        _ = pulse_curl_set_pointer(pointer, CURLOPT_SOCKOPTDATA, context)
        _ = pulse_curl_set_opensocket_callback(pointer, openSocket)
        _ = pulse_curl_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, context)
        _ = pulse_curl_set_pointer(pointer, CURLOPT_PRIVATE, context)
    }

    /// The context that was set for this handle (CURLOPT_PRIVATE(3)).
    static func context(of easy: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        pulse_curl_get_pointer(easy, CURLINFO_PRIVATE)
    }

    /// Sets the function that libcurl takes the body from, called with `context`, which must outlive the handle. There is none to go
    /// back in it: what was sent in part is not sent again behind anyone's back.
    func setBodyCallback(_ body: @escaping curl_read_callback, context: UnsafeMutableRawPointer) {
        _ = pulse_curl_set_read_callback(pointer, body)
        _ = pulse_curl_set_pointer(pointer, CURLOPT_READDATA, context)
    }

    /// Hands back the bytes refused by the write callback, which is called from within (curl_easy_pause(3)).
    func unpause() -> CURLcode {
        curl_easy_pause(pointer, CURLPAUSE_CONT)
    }

    /// Keeps the connection from being used again after this transfer.
    func forbidReuse() {
        _ = pulse_curl_set_long(pointer, CURLOPT_FORBID_REUSE, 1)
    }

    /// Lets the transfer open a connection of its own instead of waiting for another's to stand.
    func stopWaitingForOthers() {
        _ = pulse_curl_set_long(pointer, CURLOPT_PIPEWAIT, 0)
    }

    /// Takes the proxy from here, none for nil, and from nowhere else.
    func setProxy(_ proxy: String?) -> Bool {
        set(CURLOPT_PROXY, proxy ?? "") && set(CURLOPT_NOPROXY, "")
    }

    func info(_ info: CURLINFO) -> Int {
        pulse_curl_get_long(pointer, info)
    }

    private func set(_ request: TransferRequest) -> Bool {
        var isSet = set(CURLOPT_URL, request.url) && set(CURLOPT_PROTOCOLS_STR, "http,https")
        // The path goes out as written: a signature may cover it, and `..` is for the caller to judge.
        isSet = isSet && set(CURLOPT_PATH_AS_IS, 1)
        switch request.method {
        case .get: break
        case .head: isSet = isSet && set(CURLOPT_NOBODY, 1)
        case .put, .post, .delete:
            isSet = isSet && set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            guard request.method != .delete || request.body != nil else { break }
            // An upload, whatever the method: then nothing is added that a form would have.
            isSet =
                isSet && set(CURLOPT_UPLOAD, 1) && set(CURLOPT_UPLOAD_BUFFERSIZE, Self.sendBufferSize)
                && pulse_curl_set_offset(
                    pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body?.length.bytes ?? 0)) == CURLE_OK
        }
        if let range = request.range {
            isSet = isSet && set(CURLOPT_RANGE, range.specifier)
        }
        // Asks for every coding that libcurl knows, unless the list of headers takes that back; what comes is decoded in any case.
        isSet = isSet && set(CURLOPT_ACCEPT_ENCODING, "")
        if let headers {
            isSet = isSet && pulse_curl_set_pointer(pointer, CURLOPT_HTTPHEADER, headers) == CURLE_OK
        }
        return isSet
    }

    private func setConnection(
        isTLS: Bool, _ limits: TransferLimits, _ configuration: TransferEngine.Configuration
    ) -> Bool {
        var isSet =
            set(CURLOPT_USERAGENT, configuration.userAgent)
            && set(CURLOPT_CONNECTTIMEOUT_MS, max(1, limits.connectTimeout.roundedUpMilliseconds))
            && set(CURLOPT_NOSIGNAL, 1)
            && set(CURLOPT_TCP_KEEPALIVE, 1)
            && set(CURLOPT_BUFFERSIZE, Self.receiveBufferSize)
            // The heads of a proxy's CONNECT are not the answer.
            && set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
            // Without it, giving up a transfer waits for a name server that does not answer, and so does every other
            // transfer. The resolver's thread then ends by itself.
            && set(CURLOPT_QUICK_EXIT, 1)
            && set(CURLOPT_HTTP_VERSION, isTLS ? Int(CURL_HTTP_VERSION_2TLS) : Int(CURL_HTTP_VERSION_1_1))
        if isTLS {
            // Wait for the handshake that tells whether one connection can carry all. Not for plain HTTP, where it would
            // wait for the first answer.
            isSet = isSet && set(CURLOPT_PIPEWAIT, 1)
        }
        if let file = configuration.authorities.file {
            isSet = isSet && set(CURLOPT_CAINFO, file)
        }
        if let directory = configuration.authorities.directory {
            isSet = isSet && set(CURLOPT_CAPATH, directory)
        }
        return isSet
    }

    /// Bytes read from the network at once (CURLOPT_BUFFERSIZE(3)), in memory for each transfer under way. With 64 KiB, a large file came
    /// up to a tenth more slowly on one of two machines.
    private static let receiveBufferSize = 256 * 1024

    /// Bytes of a body read at once (CURLOPT_UPLOAD_BUFFERSIZE(3)).
    private static let sendBufferSize = 256 * 1024

    /// Bodies above this wait until the server says that it wants them, or a second has passed; libcurl would have smaller ones of
    /// a PUT wait too.
    private static let largestUnexpected: ByteCount = 1_048_576

    /// Headers that libcurl is not to add by itself.
    private static func omittedHeaders(of request: TransferRequest) -> [String] {
        let coding = request.acceptsCompression ? [] : ["Accept-Encoding"]
        let isExpected = (request.body?.length ?? .zero) > largestUnexpected
        return request.method.isSafe || isExpected ? coding : coding + ["Expect"]
    }

    private func set(_ option: CURLoption, _ value: Int) -> Bool {
        pulse_curl_set_long(pointer, option, value) == CURLE_OK
    }

    private func set(_ option: CURLoption, _ value: String) -> Bool {
        pulse_curl_set_string(pointer, option, value) == CURLE_OK
    }

    /// `omitted` are headers that libcurl is not to add by itself.
    private static func makeList(
        _ fields: HTTPFields, leavingOut omitted: [String]
    ) throws(TransferError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        // libcurl takes `Name:` as a wish to send no such header, and `Name;` as an empty one.
        let lines = fields.all.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        let taken = omitted.compactMap { fields[$0] == nil ? "\($0):" : nil }
        for line in lines + taken {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw TransferError(.other, "Out of memory.")
            }
            list = longer
        }
        return list
    }
}
