import Transfer

/// Credentials from the host of a container (ECS, EKS Pod Identity), as its environment says
/// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
enum ContainerCredentials {
    /// Amazon's own addresses for it, which are asked without TLS.
    private static let hosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]

    /// Nil when the environment names none.
    static func read(_ surroundings: CredentialSurroundings) async throws(CredentialTrouble) -> StoreCredentials? {
        let relative = surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        guard
            let url = relative.map({ "http://\(hosts[0])\($0)" })
                ?? surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        else { return nil }
        guard mayBeAsked(url) else {
            throw CredentialTrouble(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is not asked: it has to be https, or of this machine or Amazon's own"
            )
        }
        var request = TransferRequest(url: url, headers: ["Accept": "application/json"])
        if let token = try token(surroundings) { request.headers.append(name: "Authorization", value: token) }
        let what = "the host of the container"
        return try CredentialDocument.ofContainer(try await surroundings.ask(request, what), what)
    }

    /// A token goes along, and a key comes back.
    static func mayBeAsked(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let rest = url[scheme.upperBound...]
        let origin = url[..<scheme.upperBound] + rest.prefix { !"/?#".contains($0) }
        guard let endpoint = try? StoreEndpoint(String(origin)) else { return false }
        return endpoint.isTLS || endpoint.isLoopback || hosts.contains(endpoint.host)
    }

    private static func token(_ surroundings: CredentialSurroundings) throws(CredentialTrouble) -> String? {
        guard let path = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
            return surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        }
        return try TokenFile.read(path, surroundings)
    }
}

/// A file with a token, which others write anew from time to time.
enum TokenFile {
    static func read(_ path: String, _ surroundings: CredentialSurroundings) throws(CredentialTrouble) -> String {
        guard let bytes = try surroundings.read(path) else { throw CredentialTrouble("\(path) does not exist") }
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw CredentialTrouble("\(path) holds no token")
        }
        return text
    }
}
