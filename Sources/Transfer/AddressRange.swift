/// What an address is good for, by the registries of special addresses
/// (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry).
package enum AddressRange: Sendable, Hashable, CaseIterable {
    /// Of the network at large.
    case global
    /// This machine: 127.0.0.0/8, ::1.
    case loopback
    /// A private network: RFC 1918, fc00::/7, fec0::/10, 64:ff9b:1::/48.
    case `private`
    /// Behind a provider's translator, or an overlay network: 100.64.0.0/10.
    case shared
    /// 198.18.0.0/15, which programs that redirect all traffic also give to names.
    case benchmark
    /// 169.254.0.0/16, fe80::/10: the next machines on the wire, and where clouds keep the secrets of their machines.
    case linkLocal
    case multicast
    /// 0.0.0.0/8 and ::, which reach this machine.
    case unspecified
    /// Kept for something else: 192.0.0.0/24, 240.0.0.0/4.
    case reserved

    /// In a sentence: "an address …".
    var words: String {
        switch self {
        case .global: "of the network at large"
        case .loopback: "of this machine"
        case .private: "of a private network"
        case .shared: "of a provider's own network"
        case .benchmark: "of a network for measurements"
        case .linkLocal: "of the next machines on the wire"
        case .multicast: "of a group of machines"
        case .unspecified: "that is none"
        case .reserved: "that is kept for something else"
        }
    }

    /// Whether one address of the range being known says something of the others.
    var isNetwork: Bool {
        switch self {
        case .loopback, .private, .shared, .benchmark: true
        case .global, .linkLocal, .multicast, .unspecified, .reserved: false
        }
    }
}
