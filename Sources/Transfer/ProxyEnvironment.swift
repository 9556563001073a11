import Glibc

/// The proxies that the environment names, as libcurl takes them from it (curl(1), ENVIRONMENT).
struct ProxyEnvironment: Sendable {
    private let variables: [String: String]

    private static let names = [
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    ]

    init(_ variables: [String: String]) { self.variables = variables.filter { !$0.value.isEmpty } }

    /// This process's.
    static var process: ProxyEnvironment {
        ProxyEnvironment(
            names.reduce(into: [:]) { variables, name in
                if let text = getenv(name) { variables[name] = String(cString: text) }
            })
    }

    /// The proxy through which a host is asked; nil when it is asked directly.
    func proxy(for host: String, isTLS: Bool) -> String? {
        // HTTP_PROXY in capitals is passed over, as web servers put a header of that name into it.
        let names = (isTLS ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]) + ["all_proxy", "ALL_PROXY"]
        guard let proxy = names.lazy.compactMap({ variables[$0] }).first else { return nil }
        let exceptions = variables["no_proxy"] ?? variables["NO_PROXY"] ?? ""
        return Self.isException(host, exceptions) ? nil : proxy
    }

    private static func isException(_ host: String, _ list: String) -> Bool {
        let host = host.lowercased().trimmingDots
        return list.lowercased().split(whereSeparator: { $0 == "," || $0.isWhitespace }).contains { entry in
            if entry == "*" { return true }
            let name = String(entry).trimmingDots
            if let address = NetworkAddress(host) {
                let parts = name.split(separator: "/", maxSplits: 1)
                guard let first = parts.first, let network = NetworkAddress(String(first)) else { return false }
                guard parts.count == 2 else { return network == address }
                return Int(parts[1]).map { address.isWithin($0, bitsOf: network) } ?? false
            }
            return !name.isEmpty && (host == name || host.hasSuffix(".\(name)"))
        }
    }
}

extension String {
    fileprivate var trimmingDots: String {
        String(drop { $0 == "." }.reversed().drop { $0 == "." }.reversed())
    }
}
