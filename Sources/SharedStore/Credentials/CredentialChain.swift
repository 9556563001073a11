/// Finds credentials where Amazon's tools do, in their order: keys in the environment; a profile that was asked for; a role that the
/// environment names, with its token; the profile `default`; the host of the container.
package struct CredentialChain: Sendable {
    private let surroundings: CredentialSurroundings

    package init(_ surroundings: CredentialSurroundings) { self.surroundings = surroundings }

    /// Reads them anew. A place that has some which are of no use is not passed over: the next one's would be a surprise.
    func read() async throws(CredentialTrouble) -> StoreCredentials {
        if let found = try ofEnvironment() { return found }
        let profile = try AmazonProfile(surroundings)
        if profile.isNamed, let found = try await profile.credentials(surroundings) { return found }
        if let identity = WebIdentity(surroundings) { return try await identity.credentials(surroundings) }
        if let found = try await profile.credentials(surroundings) { return found }
        if let found = try await ContainerCredentials.read(surroundings) { return found }
        throw CredentialTrouble(
            "there are no credentials for the store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
    }

    private func ofEnvironment() throws(CredentialTrouble) -> StoreCredentials? {
        let accessKey = surroundings.variable("AWS_ACCESS_KEY_ID")
        let secretKey = surroundings.variable("AWS_SECRET_ACCESS_KEY")
        guard accessKey != nil || secretKey != nil else { return nil }
        guard let accessKey, let secretKey else {
            throw CredentialTrouble("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are to be set both")
        }
        guard
            let credentials = StoreCredentials(
                accessKey: accessKey, secretKey: secretKey, sessionToken: surroundings.variable("AWS_SESSION_TOKEN"))
        else {
            throw CredentialTrouble("AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY holds characters that no key has")
        }
        return credentials
    }
}
