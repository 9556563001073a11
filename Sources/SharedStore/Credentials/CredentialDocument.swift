#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The JSON in which a program or a container's host gives credentials.
enum CredentialDocument {
    private struct Document: Decodable {
        let version: Int?
        let accessKey: String
        let secretKey: String
        /// Of a program.
        let sessionToken: String?
        /// Of a container's host.
        let token: String?
        let expiration: String?

        enum CodingKeys: String, CodingKey {
            case version = "Version"
            case accessKey = "AccessKeyId"
            case secretKey = "SecretAccessKey"
            case sessionToken = "SessionToken"
            case token = "Token"
            case expiration = "Expiration"
        }
    }

    /// As a program prints them (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html). `source` begins a
    /// sentence.
    static func ofProcess(_ bytes: [UInt8], _ source: String) throws(CredentialTrouble) -> StoreCredentials {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)), document.version == 1 else {
            throw CredentialTrouble("\(source) printed no credentials: it should print JSON with Version 1")
        }
        return try credentials(
            document.accessKey, document.secretKey, document.sessionToken, document.expiration, source)
    }

    /// As a container's host gives them
    /// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
    static func ofContainer(_ bytes: [UInt8], _ source: String) throws(CredentialTrouble) -> StoreCredentials {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) else {
            throw CredentialTrouble("\(source) gave no credentials")
        }
        return try credentials(document.accessKey, document.secretKey, document.token, document.expiration, source)
    }

    static func credentials(
        _ accessKey: String, _ secretKey: String, _ token: String?, _ expiration: String?, _ source: String
    ) throws(CredentialTrouble) -> StoreCredentials {
        let expires = expiration.map { CalendarTime.seconds($0) }
        // Credentials of which nobody knows until when they are good are asked for again too late.
        if case .some(nil) = expires {
            throw CredentialTrouble("\(source) gave credentials with an end that is no date")
        }
        guard
            let credentials = StoreCredentials(
                accessKey: accessKey, secretKey: secretKey, sessionToken: token, expires: expires ?? nil)
        else { throw CredentialTrouble("\(source) gave credentials with characters that no key has") }
        return credentials
    }
}
