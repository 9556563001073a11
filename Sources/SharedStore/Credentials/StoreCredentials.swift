/// A key pair for an engine, perhaps for a while only. Printing, dumping or interpolating it shows no secret.
package struct StoreCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Names the pair; no secret.
    package let accessKey: String
    private let secretKey: String
    private let sessionToken: String?
    /// Seconds since 1970; nil for ever.
    package let expires: Int64?

    private static let longest = 16_384

    /// Nil when a part is empty, or holds a character that no header may carry.
    package init?(accessKey: String, secretKey: String, sessionToken: String? = nil, expires: Int64? = nil) {
        func isPlain(_ text: String) -> Bool {
            (1...Self.longest).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        }
        guard isPlain(accessKey), !accessKey.contains("/"), !accessKey.contains(","), isPlain(secretKey),
            sessionToken.map(isPlain) ?? true
        else { return nil }
        (self.accessKey, self.secretKey) = (accessKey, secretKey)
        (self.sessionToken, self.expires) = (sessionToken, expires)
    }

    package var description: String { "<credentials>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Lends the secret, to sign with, never to be kept or shown.
    func withSecretKey<Result>(_ body: (String) -> Result) -> Result { body(secretKey) }

    /// Lends the token, if there is one, to be sent.
    func withSessionToken(_ body: (String) -> Void) { if let sessionToken { body(sessionToken) } }
}
