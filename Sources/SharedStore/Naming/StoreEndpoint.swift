import Quantities
import Transfer

/// The server that is asked for a bucket: scheme, host, port and perhaps a path before the bucket's.
package struct StoreEndpoint: Sendable, Hashable, CustomStringConvertible {
    package let isTLS: Bool
    /// In small letters; an IPv6 address with its brackets.
    let host: String
    /// Nil for the scheme's own.
    let port: UInt16?
    /// Percent-encoded, without a slash at its end; empty for most.
    let path: String

    package init(_ text: String) throws(StoreAddress.Mistake) {
        let mistake = StoreAddress.Mistake(
            "is not an address of a server: write it as https://host or https://host:port")
        let lowered = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lowered.hasPrefix($0) }) else { throw mistake }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard let (host, port) = Self.parts(of: String(authority)) else { throw mistake }
        var path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !path.contains(where: { "?#%\\\"".contains($0) }) else {
            throw mistake
        }
        isTLS = scheme == "https://"
        self.host = host
        self.port = port == (isTLS ? 443 : 80) ? nil : port
        self.path = URIEncoding.path(path)
    }

    private init(amazonHost: String) { (isTLS, host, port, path) = (true, amazonHost, nil, "") }

    /// Amazon's own in a region.
    static func amazon(_ region: String) -> StoreEndpoint {
        StoreEndpoint(amazonHost: "s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")")
    }

    /// As it stands in the Host header.
    var authority: String { port.map { "\(host):\($0)" } ?? host }

    package var description: String { "\(isTLS ? "https" : "http")://\(authority)\(path)" }

    /// Nothing that is sent there leaves the machine.
    package var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let address = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return NetworkAddress(address)?.range == .loopback
    }

    private static func parts(of authority: String) -> (host: String, port: UInt16?)? {
        let lowered = authority.lowercased()
        let host: Substring
        if lowered.hasPrefix("[") {
            guard let end = lowered.firstIndex(of: "]") else { return nil }
            host = lowered[...end]
            guard NetworkAddress(String(host.dropFirst().dropLast())) != nil else { return nil }
        } else {
            host = lowered.prefix { $0 != ":" }
            guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(isHostByte) else { return nil }
        }
        let rest = lowered.dropFirst(host.count)
        guard !rest.isEmpty else { return (String(host), nil) }
        guard rest.hasPrefix(":"), let number = UInt64(digits: rest.dropFirst()), let port = UInt16(exactly: number),
            port > 0
        else { return nil }
        return (String(host), port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
