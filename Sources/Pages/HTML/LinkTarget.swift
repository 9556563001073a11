/// Where a link of a document may lead: elsewhere by a scheme that runs nothing, or to a place in the page.
struct LinkTarget: Equatable {
    /// Fit for a quoted attribute.
    let href: String
    /// It leads away from the files beside the page.
    let isRemote: Bool

    private static let schemes: Set<String> = ["http", "https", "mailto", "tel"]

    /// Nil for every other scheme, however it is spelled, for what may become a host without one, and for nothing.
    init?(_ url: [UInt8]) {
        // Browsers leave these out wherever they stand, a scheme's name included.
        let clean = url.filter { $0 > 0x20 && $0 != 0x7F }
        guard let first = clean.first else { return nil }
        let head = clean.prefix { !"/?#\\".utf8.contains($0) }
        if let colon = head.firstIndex(of: UInt8(ascii: ":")) {
            guard Self.schemes.contains(String(decoding: head[..<colon], as: UTF8.self).lowercased()) else {
                return nil
            }
            isRemote = true
        } else {
            // `//host`, and `\\host` as some read it.
            guard first != UInt8(ascii: "/"), first != UInt8(ascii: "\\") else { return nil }
            // What stands beside the page is the document's too, and a browser runs what is in a page or a drawing.
            let path = clean.prefix { !"?#".utf8.contains($0) }
            guard path.isEmpty || Self.isInert(String(decoding: path, as: UTF8.self)) else { return nil }
            isRemote = false
        }
        href = Self.encoded(clean)
    }

    /// By its name a file is a picture, a text or data, or a directory: nothing in it runs when a browser opens it.
    static func isInert(_ name: String) -> Bool {
        guard let last = name.split(separator: "/", omittingEmptySubsequences: false).last, !last.isEmpty else {
            return true
        }
        let suffix = last.lastIndex(of: ".").map { last[last.index(after: $0)...].lowercased() }
        return last == "images" || suffix.map(inert.contains) ?? false
    }

    private static let inert: Set<String> = [
        "md", "txt", "json", "jsonl", "csv", "pdf", "png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp",
    ]

    /// As a URL may be written (RFC 3986), and nothing that ends an attribute.
    private static func encoded(_ url: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in url {
            if byte == UInt8(ascii: "&") {
                text += Array("&amp;".utf8)
            } else if byte.isAlphanumeric || "-._~:/?#@!$()*+,;=%".utf8.contains(byte) {
                text.append(byte)
            } else {
                text += percent(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A name as one segment of a path.
    static func segment(_ name: String) -> String {
        var text: [UInt8] = []
        for byte in name.utf8 {
            text += byte.isAlphanumeric || "-._~".utf8.contains(byte) ? [byte] : percent(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func percent(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
