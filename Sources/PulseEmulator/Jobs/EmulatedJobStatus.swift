/// A job's status as the API spells it. Any spelling can be given, also one clients do not know.
public struct EmulatedJobStatus: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.rawValue = value }

    public static let pending: Self = "pending"
    public static let processing: Self = "processing"
    public static let completed: Self = "completed"
    public static let failed: Self = "failed"
    public static let canceled: Self = "canceled"
    public static let expired: Self = "expired"
}
