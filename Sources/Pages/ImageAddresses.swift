/// Finds the image that a document means by an address.
struct ImageAddresses {
    /// What is before an image's name in its path.
    private let lead: [UInt8]
    private let images: [PageImage]
    /// By bytes: texts that look alike are names of different images.
    private var places: [[UInt8]: Int] = [:]

    init(_ images: [PageImage], ofJob job: String) {
        lead = Array("/results/\(job)/images/".utf8)
        self.images = images
        for (place, image) in images.enumerated() {
            guard let name = image.fileName else { continue }
            // The first of the same address is the one that has the name.
            if let url = image.url { note(key(url), place) }
            note("file \(name)", place)
        }
    }

    private mutating func note(_ key: String, _ place: Int) {
        let key = Array(key.utf8)
        if places[key] == nil { places[key] = place }
    }

    private func place(_ key: String) -> Int? { places[Array(key.utf8)] }

    /// By a URL of the API whatever its host, by another URL of the result, or by the name of a file.
    func image(at url: [UInt8]) -> PageImage? {
        let text = String(decoding: url, as: UTF8.self)
        if let place = place(key(text)) { return images[place] }
        guard !text.contains(":"), !text.hasPrefix("/") else { return nil }
        let path = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
        let name = path.hasPrefix("images/") ? String(path.dropFirst("images/".count)) : path
        return (place("file \(name)") ?? place("file \(Self.decoded(name))")).map { images[$0] }
    }

    /// The same for all spellings of `…/results/<job>/images/<name>`.
    private func key(_ url: String) -> String {
        if let address = DataURI.address(of: url.utf8) { return "url \(address)" }
        let bytes = Array(url.utf8)
        let path = bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard url.utf8.starts(with: "http".utf8) || bytes.first == UInt8(ascii: "/"),
            let slash = path.lastIndex(of: UInt8(ascii: "/")), path[...slash].suffix(lead.count).elementsEqual(lead)
        else { return "url \(url)" }
        return "name \(Self.decoded(String(decoding: path[(slash + 1)...], as: UTF8.self)))"
    }

    /// Without percent-encoding.
    private static func decoded(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy({ $0.isDigit || $0.isLetter }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
