import CCurl

/// An IP address; an IPv4 one that is written into an IPv6 one is that IPv4 address.
package struct NetworkAddress: Sendable, Hashable {
    /// Four, or sixteen.
    private let bytes: [UInt8]

    private init(_ bytes: [UInt8]) { self.bytes = Self.embedded(in: bytes) ?? bytes }

    /// An address as text: dotted numbers, or IPv6 without brackets (inet_pton(3)).
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        // A zone such as `%eth0` says which wire.
        let text = String(text.prefix { $0 != "%" })
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(withUnsafeBytes(of: &four) { Array($0) })
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(withUnsafeBytes(of: &six) { Array($0) })
        } else {
            return nil
        }
    }

    /// Nil for another family than the internet's. `address` is as long as its family has it.
    init?(_ address: UnsafePointer<sockaddr>) {
        let start = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            var own = start.loadUnaligned(as: sockaddr_in.self).sin_addr
            self.init(withUnsafeBytes(of: &own) { Array($0) })
        case AF_INET6:
            var own = start.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self.init(withUnsafeBytes(of: &own) { Array($0) })
        default: return nil
        }
    }

    /// Whether the first bits are those of another address of its kind.
    func isWithin(_ bits: Int, bitsOf network: NetworkAddress) -> Bool {
        guard bytes.count == network.bytes.count, (0...bytes.count * 8).contains(bits) else { return false }
        return (0..<bits).allSatisfy { bit in
            (bytes[bit / 8] ^ network.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    package var range: AddressRange { bytes.count == 4 ? rangeOfFour : rangeOfSixteen }

    private var rangeOfFour: AddressRange {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _): .unspecified
        case (10, _, _), (172, 16...31, _), (192, 168, _): .private
        case (100, 64...127, _): .shared
        case (127, _, _): .loopback
        case (169, 254, _): .linkLocal
        case (192, 0, 0): .reserved
        case (198, 18...19, _): .benchmark
        case (224...239, _, _): .multicast
        case (240..., _, _): .reserved
        default: .global
        }
    }

    private var rangeOfSixteen: AddressRange {
        if bytes.allSatisfy({ $0 == 0 }) { return .unspecified }
        if bytes.dropLast().allSatisfy({ $0 == 0 }), bytes[15] == 1 { return .loopback }
        switch (bytes[0], bytes[1]) {
        case (0xfc...0xfd, _), (0xfe, 0xc0...): return .private
        case (0xfe, 0x80...0xbf): return .linkLocal
        case (0xff, _): return .multicast
        // A translator's prefix of its own (RFC 8215).
        case (0x00, 0x64): return bytes.starts(with: [0x00, 0x64, 0xff, 0x9b, 0x00, 0x01]) ? .private : .global
        default: return .global
        }
    }

    /// The IPv4 address that an IPv6 one leads to, or is: mapped and compatible ones (RFC 4291), 6to4 (RFC 3056), NAT64
    /// (RFC 6052), Teredo (RFC 4380) and ISATAP (RFC 5214).
    private static func embedded(in bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count == 16 else { return nil }
        let zeroes = bytes.prefix { $0 == 0 }.count
        if zeroes >= 10, bytes[10] == 0xff, bytes[11] == 0xff { return Array(bytes[12...]) }
        // `::` and `::1` are addresses of their own.
        if zeroes == 12 || (zeroes > 12 && zeroes < 15) { return Array(bytes[12...]) }
        if bytes.starts(with: [0x20, 0x02]) { return Array(bytes[2..<6]) }
        if bytes.starts(with: [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) { return Array(bytes[12...]) }
        if bytes.starts(with: [0x20, 0x01, 0, 0]) { return bytes[12...].map { ~$0 } }
        let isISATAP = bytes[8] & 0xfd == 0 && bytes[9...11].elementsEqual([0, 0x5e, 0xfe])
        return isISATAP ? Array(bytes[12...]) : nil
    }
}
