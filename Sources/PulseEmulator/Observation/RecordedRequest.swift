/// One request as the emulator saw it. It never contains a key.
public struct RecordedRequest: Sendable {
    /// How far the answer has come.
    public enum Progress: String, Sendable {
        /// Being answered.
        case active
        /// Held by a stall.
        case stalled
        /// Answered in full.
        case complete
        /// Ended early: by a fault, or because the client went away.
        case broken
    }

    /// Counts up from 1 in order of arrival.
    public let number: Int
    public let method: String
    /// Path and query as sent.
    public let path: String
    /// The `Host` header.
    public let host: String?
    /// The `Range` header.
    public let range: String?
    /// Which key was sent: its alias, `unknown`, or nil if none was.
    public let keyAlias: String?
    /// The status sent, or nil if no header has been sent.
    public internal(set) var status: Int?
    /// Bytes of the body handed to the network so far.
    public internal(set) var bytesSent = 0
    public internal(set) var progress = Progress.active
}
