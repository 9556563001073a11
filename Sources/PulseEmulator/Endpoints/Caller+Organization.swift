extension Caller {
    /// The caller's organisation, or the refusal the API gives.
    func authenticated() throws(APIFailure) -> EmulatedOrganization {
        switch self {
        case .anonymous: throw .missingKey
        case .unknown: throw .invalidKey
        case .member(let key): return key.organization
        }
    }
}
