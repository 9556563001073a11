import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `pulsefs.json` says of a store, in plain text: whoever can write to the bucket can have written it.
package struct StoreDescription: Sendable, Hashable {
    /// What the engine's conditional writes are good for, as measured when the store was made.
    package enum ConditionalWrites: String, Sendable, Hashable, CaseIterable {
        /// One of many who write at once wins, for objects that are there and objects that are not.
        case atomic
        /// More than one can win, or conditions are passed over: nothing may be claimed.
        case none
    }

    /// Tells whether somebody has a secret of the store, and says nothing of it.
    package struct Check: Sendable, Hashable {
        let id: String
        let code: String
    }

    /// What is wrong with a description.
    package enum Mistake: Error, Sendable, Hashable {
        case notADescription
        /// Of a store that a newer program has made.
        case unknownFormat(Int)
    }

    package static let format = 1
    /// Bytes; a longer text is none.
    package static let largest = 65_536
    private static let mostChecks = 16

    /// 128 random bits as hexadecimal digits, so that two stores are never taken for one.
    package let id: String
    package let conditionalWrites: ConditionalWrites
    let checks: [Check]

    /// Of a new store.
    package init(
        _ secret: FleetSecret, _ conditionalWrites: ConditionalWrites, id: String = SealedHeader.randomNonce()
    ) {
        self.id = id
        self.conditionalWrites = conditionalWrites
        checks = secret.all.map { Check(id: HexText.text($0.id), code: Self.code($0, id)) }
    }

    /// Whether a secret is one of the store's. That none is does not say that the store is another's: see `id`.
    package func fits(_ secret: FleetSecret) -> Bool {
        secret.all.contains { member in
            checks.contains { $0.id == HexText.text(member.id) && $0.code == Self.code(member, id) }
        }
    }

    private static func code(_ secret: MemberSecret, _ id: String) -> String {
        HexText.text(Array(HMAC<SHA256>.authenticationCode(for: Array(id.utf8), using: secret.checkKey)).prefix(16))
    }

    // MARK: As text

    private struct Document: Codable {
        struct Secret: Codable {
            let id: String
            let check: String
        }

        let format: Int
        let store: String
        let conditionalWrites: String
        let secrets: [Secret]

        enum CodingKeys: String, CodingKey {
            case format
            case store
            case conditionalWrites = "conditional_writes"
            case secrets
        }
    }

    private struct Format: Decodable {
        let format: Int
    }

    package init(_ bytes: [UInt8]) throws(Mistake) {
        let decoder = JSONDecoder()
        guard bytes.count <= Self.largest, let format = try? decoder.decode(Format.self, from: Data(bytes)) else {
            throw .notADescription
        }
        guard format.format == Self.format else { throw .unknownFormat(format.format) }
        guard let document = try? decoder.decode(Document.self, from: Data(bytes)),
            Self.isHex(document.store, bytes: 16),
            let writes = ConditionalWrites(rawValue: document.conditionalWrites),
            (1...Self.mostChecks).contains(document.secrets.count),
            document.secrets.allSatisfy({ Self.isHex($0.id, bytes: 4) && Self.isHex($0.check, bytes: 16) })
        else { throw .notADescription }
        (id, conditionalWrites) = (document.store, writes)
        checks = document.secrets.map { Check(id: $0.id, code: $0.check) }
    }

    private static func isHex(_ text: String, bytes: Int) -> Bool {
        HexText.bytes(text)?.count == bytes && text == text.lowercased()
    }

    /// One JSON object, indented, with a newline at its end.
    package var text: String {
        let document = Document(
            format: Self.format, store: id, conditionalWrites: conditionalWrites.rawValue,
            secrets: checks.map { .init(id: $0.id, check: $0.code) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return (try? encoder.encode(document)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
    }
}
