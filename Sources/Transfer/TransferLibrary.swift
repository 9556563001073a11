import CCurl

/// The library below this target.
package enum TransferLibrary {
    /// Such as `libcurl 7.88.1 (OpenSSL/3.0.17, HTTP/2)`.
    package static var version: String {
        guard let facts = pulse_curl_version()?.pointee else { return "libcurl of an unknown version" }
        let number = facts.version.map { String(cString: $0) } ?? "of an unknown version"
        let backend = facts.ssl_version.map { String(cString: $0) } ?? "no TLS"
        return "libcurl \(number) (\(backend), \(hasHTTP2 ? "HTTP/2" : "no HTTP/2"))"
    }

    package static var hasHTTP2: Bool {
        pulse_curl_version().map { $0.pointee.features & Int32(CURL_VERSION_HTTP2) != 0 } ?? false
    }
}
