/// Who a request comes from, as far as its `x-api-key` header tells.
enum Caller: Sendable {
    case anonymous
    /// A key that is not, or no longer, good.
    case unknown
    case member(EmulatedKey)

    /// What the request log writes: never the key itself.
    var alias: String? {
        switch self {
        case .anonymous: nil
        case .unknown: "unknown"
        case .member(let key): key.alias
        }
    }
}
