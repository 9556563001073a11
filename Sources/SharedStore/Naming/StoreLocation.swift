/// A store, and how its bucket is asked for.
package struct StoreLocation: Sendable, Hashable {
    /// Whether the bucket stands in the path or before the host.
    package enum Addressing: String, Sendable, Hashable, CaseIterable {
        case path
        case virtual
    }

    package let address: StoreAddress
    /// Nil for Amazon's own, which is another in each region.
    package let endpoint: StoreEndpoint?
    package let region: String
    package let addressing: Addressing

    /// Other servers than Amazon's have the bucket in the path, and so has a bucket with dots, for which no certificate is good.
    package init(
        _ address: StoreAddress, endpoint: StoreEndpoint? = nil, region: String = "us-east-1",
        addressing: Addressing? = nil
    ) {
        self.address = address
        self.endpoint = endpoint
        self.region = region
        self.addressing = addressing ?? (endpoint == nil && !address.bucket.contains(".") ? .virtual : .path)
    }

    /// A name of a region, which becomes part of a host's: small letters, digits and dashes.
    package static func isRegion(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }

    package var isTLS: Bool { endpoint?.isTLS ?? true }

    /// Whom to ask, and for which path, percent-encoded. Nil is the bucket itself.
    func place(of key: ObjectKey?, region: String) -> (authority: String, path: String) {
        let server = endpoint ?? .amazon(region)
        let object = key.map { URIEncoding.path(address.keyPrefix + $0.text) }
        switch addressing {
        case .path:
            let bucket = "\(server.path)/\(address.bucket)"
            return (server.authority, object.map { "\(bucket)/\($0)" } ?? bucket)
        case .virtual:
            return ("\(address.bucket).\(server.authority)", "\(server.path)/\(object ?? "")")
        }
    }

    /// What names an object of the store in a copy.
    func copySource(_ key: ObjectKey) -> String {
        "/\(address.bucket)/\(URIEncoding.path(address.keyPrefix + key.text))"
    }
}
