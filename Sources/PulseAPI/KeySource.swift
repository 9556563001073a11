/// Where a client has its key from, and who is told what the API thinks of it.
package protocol KeySource: Sendable {
    /// The key to send now; nil when there is none.
    var key: APIKey? { get }

    /// The API has answered this key about a job, if only that there is none: it takes the key.
    func wasAccepted(_ key: APIKey) async

    /// The API has answered 401 to this key. Returns another to ask with once more, if there is one.
    func wasRefused(_ key: APIKey) async -> APIKey?
}

/// A key that nobody watches over.
struct UnwatchedKey: KeySource {
    let find: @Sendable () -> APIKey?

    var key: APIKey? { find() }
    func wasAccepted(_ key: APIKey) async {}
    func wasRefused(_ key: APIKey) async -> APIKey? { nil }
}
