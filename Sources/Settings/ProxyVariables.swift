package import PulseAPI
package import System

/// The proxy that libcurl takes from the environment (curl(1), ENVIRONMENT), without the credentials in it.
package struct ProxyVariables: Sendable, Hashable {
    /// The variable that counts, and the proxy's address.
    package var proxy: Variable?
    /// Hosts that are asked without it.
    package var exceptions: Variable?

    package struct Variable: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package init(_ surroundings: Surroundings, for origin: APIOrigin?) {
        let isTLS = origin?.description.hasPrefix("https:") ?? true
        // HTTP_PROXY in capitals is passed over, as web servers put a header of that name into it.
        let names = (isTLS ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]) + ["all_proxy", "ALL_PROXY"]
        proxy = Self.first(names, surroundings, Self.redacted)
        exceptions = Self.first(["no_proxy", "NO_PROXY"], surroundings) { $0 }
    }

    private static func first(
        _ names: [String], _ surroundings: Surroundings, _ value: (String) -> String
    ) -> Variable? {
        for name in names {
            if let text = surroundings.variable(name) { return Variable(name: name, value: value(text)) }
        }
        return nil
    }

    /// Scheme, host and port alone. A password may hold any character, so all before the last `@` goes.
    static func redacted(_ text: String) -> String {
        let mark = text.firstRange(of: "://")
        let scheme = mark.map { text[..<$0.upperBound] } ?? ""
        var rest = mark.map { text[$0.upperBound...] } ?? text[...]
        var hadCredentials = false
        if let at = rest.lastIndex(of: "@") {
            rest = rest[rest.index(after: at)...]
            hadCredentials = true
        }
        let place = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // The beginning may be a part of the credentials when it is no scheme.
        let shown = scheme.dropLast(3).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } ? scheme : ""
        return "\(shown)\(hadCredentials ? "…@" : "")\(place)"
    }
}
