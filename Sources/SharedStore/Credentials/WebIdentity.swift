import Transfer

/// A role that is taken on with a token of somebody else's, such as Kubernetes'
/// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html).
struct WebIdentity {
    let role: String
    let tokenFile: String
    let session: String?
    let region: String?

    init(role: String, tokenFile: String, session: String?, region: String?) {
        (self.role, self.tokenFile, self.session, self.region) = (role, tokenFile, session, region)
    }

    /// As the environment names it; nil when it does not.
    init?(_ surroundings: CredentialSurroundings) {
        guard let role = surroundings.variable("AWS_ROLE_ARN"),
            let file = surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE")
        else { return nil }
        self.init(role: role, tokenFile: file, session: surroundings.variable("AWS_ROLE_SESSION_NAME"), region: nil)
    }

    private static let what = "the token service (STS)"

    func credentials(_ surroundings: CredentialSurroundings) async throws(CredentialTrouble) -> StoreCredentials {
        let token = try TokenFile.read(tokenFile, surroundings)
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", session ?? "pulsefs-\(surroundings.wall())"), ("WebIdentityToken", token),
        ]
        let body = form.map { "\($0)=\(URIEncoding.query($1))" }.joined(separator: "&")
        let request = TransferRequest(
            .post, url: try endpoint(surroundings),
            headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/xml"],
            body: .bytes(Array(body.utf8)))
        let answer = try await surroundings.ask(request, Self.what)
        guard let root = try? XMLElement(answer),
            let given = (root["AssumeRoleWithWebIdentityResult"] ?? root)["Credentials"],
            let accessKey = given.text("AccessKeyId"), let secretKey = given.text("SecretAccessKey")
        else { throw CredentialTrouble("\(Self.what) gave no credentials") }
        return try CredentialDocument.credentials(
            accessKey, secretKey, given.text("SessionToken"), given.text("Expiration"), Self.what)
    }

    /// The token is a secret: it goes over TLS, or stays on this machine.
    private func endpoint(_ surroundings: CredentialSurroundings) throws(CredentialTrouble) -> String {
        if let text = surroundings.variable("AWS_ENDPOINT_URL_STS") {
            guard let endpoint = try? StoreEndpoint(text), endpoint.isTLS || endpoint.isLoopback else {
                throw CredentialTrouble("AWS_ENDPOINT_URL_STS is not asked: it has to be https, or of this machine")
            }
            return "\(endpoint)/"
        }
        let named = surroundings.variable("AWS_REGION") ?? surroundings.variable("AWS_DEFAULT_REGION") ?? region
        let region = named.flatMap { StoreLocation.isRegion($0) ? $0 : nil } ?? "us-east-1"
        return "https://sts.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")/"
    }
}
