/// Which requests a fault, a latency or a question to the log is about.
///
/// Paths are compared as they came, percent-encoded and with the query.
public enum RequestPattern: Sendable, Hashable {
    case any
    case path(String)
    case prefix(String)
    /// A regular expression that is found anywhere in the path. One that does not compile matches nothing.
    case regex(String)

    func matches(path: String) -> Bool {
        switch self {
        case .any: true
        case .path(let exact): path == exact
        case .prefix(let prefix): path.hasPrefix(prefix)
        case .regex(let pattern):
            if let regex = try? Regex(pattern) { path.contains(regex) } else { false }
        }
    }
}
