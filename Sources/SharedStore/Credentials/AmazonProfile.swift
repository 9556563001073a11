import System

/// The profile of Amazon's tools that is in use: `AWS_PROFILE`, or `default`.
package struct AmazonProfile: Sendable {
    package let name: String
    /// Somebody asked for it.
    let isNamed: Bool
    /// Where the two files are.
    let files: [String]
    let values: [String: String]
    /// It stands in one of the files.
    let exists: Bool

    package init(_ surroundings: CredentialSurroundings) throws(CredentialTrouble) {
        let named = surroundings.variable("AWS_PROFILE") ?? surroundings.variable("AWS_DEFAULT_PROFILE")
        (name, isNamed) = (named ?? "default", named != nil)
        func path(_ variable: String, _ file: String) -> String? {
            surroundings.variable(variable) ?? surroundings.home.map { "\($0)/.aws/\(file)" }
        }
        let places: [(String?, ProfileFile.Kind)] = [
            (path("AWS_CONFIG_FILE", "config"), .config),
            (path("AWS_SHARED_CREDENTIALS_FILE", "credentials"), .credentials),
        ]
        var values: [String: String] = [:]
        var exists = false
        var files: [String] = []
        for (path, kind) in places {
            guard let path else { continue }
            files.append(path)
            guard let bytes = try surroundings.read(path), let found = ProfileFile(bytes, kind).profiles[name] else {
                continue
            }
            exists = true
            // Credentials count more in their own file.
            values.merge(found) { $1 }
        }
        (self.values, self.exists, self.files) = (values, exists, files)
    }

    /// The region that it names.
    package var region: String? { values["region"].flatMap { StoreLocation.isRegion($0) ? $0 : nil } }

    /// Nil when it has none, and nobody asked for it.
    func credentials(_ surroundings: CredentialSurroundings) async throws(CredentialTrouble) -> StoreCredentials? {
        if let accessKey = values["aws_access_key_id"], let secretKey = values["aws_secret_access_key"] {
            guard
                let credentials = StoreCredentials(
                    accessKey: accessKey, secretKey: secretKey, sessionToken: values["aws_session_token"])
            else { throw CredentialTrouble("the keys of profile \(name) hold characters that no key has") }
            return credentials
        }
        if let role = values["role_arn"], let token = values["web_identity_token_file"] {
            return try await WebIdentity(
                role: role, tokenFile: token, session: values["role_session_name"], region: region
            ).credentials(surroundings)
        }
        if let command = values["credential_process"] {
            guard let words = ShellWords.split(command), !words.isEmpty else {
                throw CredentialTrouble("credential_process of profile \(name) is no program with its arguments")
            }
            let output = try await surroundings.run(words)
            return try CredentialDocument.ofProcess(output, "credential_process of profile \(name)")
        }
        if let other = ["role_arn", "sso_session", "sso_start_url", "credential_source"].first(where: {
            values[$0] != nil
        }) {
            throw CredentialTrouble(
                "profile \(name) has \(other), which is left to Amazon's tools: write "
                    + "credential_process = aws configure export-credentials --profile \(name) into a profile of its own"
            )
        }
        guard isNamed else { return nil }
        throw CredentialTrouble(
            exists
                ? "profile \(name) has no keys and no credential_process"
                : "there is no profile \(name) in \(files.joined(separator: " or "))")
    }
}
