/// A customer of the emulated service: it owns jobs, and its keys read them.
public struct EmulatedOrganization: Sendable, Hashable {
    /// The name jobs refer to, for example `northwind`.
    public let id: String

    public init(id: String) {
        self.id = id
    }

    /// Owner of most fixtures.
    public static let northwind = EmulatedOrganization(id: "northwind")
    /// The other organisation, whose jobs Northwind's keys must not see.
    public static let contoso = EmulatedOrganization(id: "contoso")
}
