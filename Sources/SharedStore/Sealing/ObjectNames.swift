import Crypto

/// The names under which a fleet keeps what it knows: keyed hashes, which tell whoever lists the bucket neither ids nor files nor keys.
package struct ObjectNames: Sendable {
    /// 20 bytes as hexadecimal digits.
    package struct Name: Sendable, Hashable, CustomStringConvertible {
        package let text: String

        fileprivate init(_ parts: [String], _ key: SymmetricKey) {
            var code = HMAC<SHA256>(key: key)
            for part in parts {
                // Each part with its length: no two lists of parts look alike.
                let bytes = Array(part.utf8)
                code.update(data: withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { Array($0) })
                code.update(data: bytes)
            }
            text = HexText.text(Array(code.finalize()).prefix(20))
        }

        /// As it stands in the name of an object; nil for what is none.
        init?(_ text: some StringProtocol) {
            guard HexText.bytes(String(text))?.count == 20 else { return nil }
            self.text = String(text)
        }

        package var description: String { text }
    }

    private let nameKey: SymmetricKey
    private let grantKey: SymmetricKey

    package init(_ secret: MemberSecret) { (nameKey, grantKey) = (secret.nameKey, secret.grantKey) }

    /// `origin` is the API's, such as `https://api.runpulse.com`.
    package func job(_ id: String, of origin: String) -> Name { Name(["job", origin, id], nameKey) }

    package func file(_ name: String, of job: Name) -> Name { Name(["file", job.text, name], nameKey) }

    /// Of an API key, which nobody who has the fleet's secret and not the key can find but by guessing.
    package func grantee(_ apiKey: String) -> Name { Name(["key", apiKey], grantKey) }
}

extension ObjectKey {
    // What can be fetched again, in the first format: a rule of the bucket may remove it.

    /// What is known of a job, or a lease while someone asks.
    package static func job(_ job: ObjectNames.Name) -> ObjectKey {
        ObjectKey(checked: "1/j/\(job.text.prefix(2))/\(job)")
    }

    /// A file of a job, or a lease while someone fetches it.
    package static func file(_ file: ObjectNames.Name, of job: ObjectNames.Name) -> ObjectKey {
        ObjectKey(checked: "1/b/\(job.text.prefix(2))/\(job)/\(file)")
    }

    /// The API has shown the job to this key.
    package static func grant(_ key: ObjectNames.Name, to job: ObjectNames.Name) -> ObjectKey {
        ObjectKey(checked: "1/g/\(job.text.prefix(2))/\(job)/\(key)")
    }

    /// What the API last said of this key.
    package static func verdict(_ key: ObjectNames.Name) -> ObjectKey { ObjectKey(checked: "1/k/\(key)") }

    // What cannot be fetched again: no rule may remove it.

    /// Who has claimed a result that can be fetched once.
    package static func claim(_ job: ObjectNames.Name) -> ObjectKey {
        ObjectKey(checked: "keep/\(job.text.prefix(2))/\(job)/claim")
    }

    /// Its bytes, under a name that only one writer ever has. Nil when `nonce` is not of hexadecimal digits.
    package static func result(_ job: ObjectNames.Name, nonce: String) -> ObjectKey? {
        guard HexText.bytes(nonce) != nil else { return nil }
        return ObjectKey("keep/\(job.text.prefix(2))/\(job)/result-\(nonce)")
    }

    /// What a check of the store writes; removed after it. Nil when `nonce` or `name` is no name.
    package static func check(_ nonce: String, _ name: String) -> ObjectKey? {
        HexText.bytes(nonce) == nil ? nil : ObjectKey("check/\(nonce)/\(name)")
    }
}

extension ObjectKey {
    /// The job whose result this is, and the part of its name that only its writer has; nil for anything else.
    var keptResult: (job: ObjectNames.Name, nonce: String)? {
        guard ObjectKind(self) == .result else { return nil }
        let parts = text.split(separator: "/")
        return ObjectNames.Name(parts[2]).map { ($0, String(parts[3].dropFirst("result-".count))) }
    }
}
