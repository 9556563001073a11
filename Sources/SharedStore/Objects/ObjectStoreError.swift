package import Transfer

/// Why an engine did not do what it was asked for.
///
/// Neither the message nor any other part holds a secret, a signature or the bytes of an object.
package struct ObjectStoreError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The engine says that there is no such object (404 `NoSuchKey`). Nothing else means that.
        case absent
        case noSuchBucket
        /// Refused (403), or the credentials are not good (expired, unknown, a wrong signature).
        case denied
        /// There are no credentials to ask with, or they could not be had.
        case noCredentials
        /// The condition does not hold (412).
        case conditionFailed
        /// Somebody else was writing at the same time (409): to be asked again.
        case conflict
        /// Whether the write was done is not known: read it back.
        case unclear
        case unavailable(Unavailability)
        /// The bucket is in another region than was signed for, and following did not help.
        case wrongRegion
        /// The range begins at or after the end of the object (416).
        case beyondEnd
        /// The answer is none of an object store's: HTML, another protocol, XML that is none.
        case invalidAnswer
        case tooLarge
        /// The sink threw, or the body could not be read.
        case notTaken
        /// The engine does not do what was asked, such as a condition (501, 405).
        case notSupported
        case cancelled
    }

    package enum Unavailability: Sendable, Hashable {
        /// It was not reached, or said nothing in time.
        case unreached(TransferError.Code)
        /// It answered with an error of its own (5xx).
        case status(Int)
        /// It asks for fewer requests (503 `SlowDown`, 429).
        case slowDown
        /// It was not reached a moment ago and is left alone for so long.
        case keptBack(Duration)

        package static func == (one: Self, other: Self) -> Bool {
            switch (one, other) {
            case (.unreached(let code), .unreached(let otherCode)): code == otherCode
            case (.status(let status), .status(let otherStatus)): status == otherStatus
            case (.slowDown, .slowDown): true
            case (.keptBack(let wait), .keptBack(let otherWait)): wait == otherWait
            default: false
            }
        }

        package func hash(into hasher: inout Hasher) {
            switch self {
            case .unreached: hasher.combine(0)
            case .status(let status): hasher.combine(status)
            case .slowDown: hasher.combine(1)
            case .keptBack(let wait): hasher.combine(wait)
            }
        }
    }

    package let kind: Kind
    /// What was asked, what was answered, in one plain sentence.
    package let message: String
    package var status: Int?
    /// The engine's own word, such as `SlowDown`.
    package var code: String?
    /// The engine's name for the request, for its people.
    package var requestID: String?
    /// A write that failed may have been done all the same.
    package var mayHaveBeenDone = false
    /// How often it was asked.
    package var attempts = 1

    package init(_ kind: Kind, _ message: String) {
        (self.kind, self.message) = (kind, message)
        mayHaveBeenDone = kind == .unclear
    }

    package var description: String { message }
}
