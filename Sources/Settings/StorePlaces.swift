import SharedStore
import System
import SystemPackage

/// What the environment says of an engine for other programs too, as Amazon's tools take it.
struct StorePlaces {
    struct Found {
        let text: String
        /// The variable, or the profile; nil when nobody says anything.
        let place: String?
    }

    /// Nil for Amazon's own.
    let endpoint: Found?
    let region: Found

    init(_ surroundings: Surroundings) {
        func first(_ names: String...) -> Found? {
            names.lazy.compactMap { name in surroundings.variable(name).map { Found(text: $0, place: name) } }.first
        }
        endpoint = first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        region =
            first("AWS_REGION", "AWS_DEFAULT_REGION") ?? Self.ofProfile(surroundings)
            ?? Found(text: "us-east-1", place: nil)
    }

    /// What is wrong with those files is said by whoever wants credentials of them.
    private static func ofProfile(_ surroundings: Surroundings) -> Found? {
        guard let profile = try? AmazonProfile(CredentialSurroundings(surroundings)), let region = profile.region else {
            return nil
        }
        return Found(text: region, place: "the profile \(profile.name) of Amazon's tools")
    }
}

extension CredentialSurroundings {
    /// Without anyone to ask over the network.
    init(_ surroundings: Surroundings) { self.init(surroundings.variables, home: surroundings.home?.string) }
}
