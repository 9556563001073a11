#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the API lives: scheme, host, port, and perhaps a path before the endpoints. The key is sent here and nowhere else.
package struct APIOrigin: Hashable, Sendable, CustomStringConvertible {
    /// `https://api.runpulse.com`, the API's documented address.
    package static let production = APIOrigin(scheme: "https", host: "api.runpulse.com", port: 443, base: "")

    let scheme: String
    let host: String
    let port: Int
    /// Empty, or a path that begins with a slash and ends without one.
    let base: String

    private init(scheme: String, host: String, port: Int, base: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.base = base
    }

    /// Nil unless `text` is `http://` or `https://` with a host, and without user, query or fragment.
    package init?(_ text: String) {
        guard let parts = URLParts(text), parts.query == nil, parts.fragment == nil else { return nil }
        var base = parts.path
        while base.hasSuffix("/") { base.removeLast() }
        self.init(scheme: parts.scheme, host: parts.host, port: parts.port, base: base)
    }

    package var description: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        let usual = scheme == "https" ? 443 : 80
        return "\(scheme)://\(shown)\(port == usual ? "" : ":\(port)")\(base)"
    }

    /// The key would travel readable by others: plain HTTP to another machine.
    package var isUnprotected: Bool {
        let isLoopback = host.hasPrefix("127.") && host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
        return scheme == "http" && host != "localhost" && host != "::1" && !isLoopback
    }

    /// What is asked and answered cannot be read on the way.
    package var isSecure: Bool { scheme == "https" }

    /// A URL of this origin: same scheme, host and port.
    package func contains(_ url: String) -> Bool {
        guard let parts = URLParts(url) else { return false }
        return parts.scheme == scheme && parts.host == host && parts.port == port
    }

    /// Scheme, host and port of a URL, in one spelling; nil for one that cannot be asked.
    package static func name(of url: String) -> String? {
        URLParts(url).map { "\($0.scheme)://\($0.host):\($0.port)" }
    }

    /// What may be shown of a URL: not its query and fragment, which sign it or may be a secret otherwise. Nil for one that
    /// cannot be asked, as one with a user in it, and for a link to a large result, which is good for one use.
    package static func publicAddress(of url: String) -> String? {
        guard let parts = URLParts(url), !parts.path.split(separator: "/").contains("large_results") else { return nil }
        let host = APIOrigin(scheme: parts.scheme, host: parts.host, port: parts.port, base: "")
        return "\(host)\(parts.path)"
    }
}

/// The parts of an absolute http or https URL, lower case where case does not matter, with the port it means.
struct URLParts {
    let scheme: String
    let host: String
    let port: Int
    /// Percent-encoded, as it stands.
    let path: String
    let query: String?
    let fragment: String?

    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            var host = parts.host?.lowercased(), !host.isEmpty, parts.user == nil, parts.password == nil
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let port = parts.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65535).contains(port) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        path = parts.percentEncodedPath
        query = parts.percentEncodedQuery
        fragment = parts.percentEncodedFragment
    }
}
