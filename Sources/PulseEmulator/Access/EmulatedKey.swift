/// An API key, and the name under which the request log speaks of it.
public struct EmulatedKey: Sendable, Hashable {
    /// What a client sends in `x-api-key`.
    public let value: String
    /// What appears in the request log instead of ``value``.
    public let alias: String
    public let organization: EmulatedOrganization

    public init(value: String, alias: String, organization: EmulatedOrganization) {
        self.value = value
        self.alias = alias
        self.organization = organization
    }

    /// The keys that are good when an emulator starts: three of Northwind, two of Contoso.
    public static let demo: [EmulatedKey] =
        (1...3).map { demo($0, of: .northwind) } + (1...2).map { demo($0, of: .contoso) }

    private static func demo(_ number: Int, of organization: EmulatedOrganization) -> EmulatedKey {
        EmulatedKey(
            value: "pulse-demo-\(organization.id)-\(number)",
            alias: "\(organization.id)-\(number)",
            organization: organization)
    }
}
