import CCurl
import Synchronization

/// The addresses of the places that the program asks for its own sake, and so which others may be asked for another's.
///
/// A global address may be asked. One of this machine, of a private network, or of a provider's, may be when the program's own
/// place is at an address of the same kind; any other only when it is the very address of that place.
final class HomeAddresses: Sendable {
    private struct State {
        var ranges: Set<AddressRange> = []
        var addresses: Set<NetworkAddress> = []
    }

    /// A name with more addresses is none that people use.
    private static let most = 64

    private let state = Mutex(State())

    var isEmpty: Bool { state.withLock { $0.ranges.isEmpty } }

    func add(_ address: NetworkAddress) {
        state.withLock { state in
            state.ranges.insert(address.range)
            if state.addresses.count < Self.most { state.addresses.insert(address) }
        }
    }

    func permits(_ address: NetworkAddress) -> Bool {
        let range = address.range
        if range == .global { return true }
        return state.withLock { state in
            state.addresses.contains(address) || (range.isNetwork && state.ranges.contains(range))
        }
    }

    /// Looks a name up (getaddrinfo(3)). Blocks, as long as the name servers take.
    func add(addressesOf host: String) {
        var hints = addrinfo()
        hints.ai_socktype = pulse_sock_stream
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return }
        defer { freeaddrinfo(list) }
        var entry = list
        while let found = entry {
            if let address = found.pointee.ai_addr.flatMap({ NetworkAddress(UnsafePointer($0)) }) { add(address) }
            entry = found.pointee.ai_next
        }
    }
}
