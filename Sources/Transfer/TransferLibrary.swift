import CCurl

/// The library below this target.
package enum TransferLibrary {
    /// Such as `libcurl 7.88.1 (OpenSSL/3.0.17, HTTP/2)`.
    package static var version: String {
        guard let facts = pulse_curl_version()?.pointee else { return "no libcurl" }
        let number = facts.version.map { String(cString: $0) } ?? "of an unknown version"
        let backend = facts.ssl_version.map { String(cString: $0) } ?? "no TLS"
        return "libcurl \(number) (\(backend), \(hasHTTP2 ? "HTTP/2" : "no HTTP/2"))"
    }

    /// Loads libcurl and what it needs, which takes some milliseconds, in a thread of its own. What fails is tried again by whoever asks
    /// for it.
    package static func loadAside() { _ = DedicatedThread.start(named: "transfer-load") { _ = pulse_curl_open() } }

    /// Why nothing can be fetched here: there is no libcurl, or one that is too old. Nil when all is well.
    package static var trouble: String? { pulse_curl_open().map { String(cString: $0) } }

    package static var hasHTTP2: Bool {
        pulse_curl_version().map { $0.pointee.features & Int32(CURL_VERSION_HTTP2) != 0 } ?? false
    }
}
