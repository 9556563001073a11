import ArtifactStore
import PulseAPI

/// The names that a result's images get in `images/`.
///
/// A name comes from outside and becomes a file name only if it can be one; two images never share a name; what stands
/// at which place of the result decides the slot, so that slots are the same whenever the same result is read.
struct ImageListing {
    struct Item: Equatable {
        let slot: ArtifactSlot
        let name: String
        let content: Content
    }

    enum Content: Equatable {
        case remote(ImageLocation)
        /// Where the string literal of a `data:` URI stands in the document.
        case inline(Range<UInt64>)
    }

    let items: [Item]

    init(_ images: [ImageFacts], of job: JobID) {
        var items: [Item] = []
        var taken: Set<String> = []
        var seen: Set<ImageLocation> = []
        let room = ArtifactSlot.last.rawValue - ArtifactSlot.firstImage.rawValue
        for (place, image) in images.prefix(room).enumerated() {
            let wanted: (name: String, content: Content)
            switch image.source {
            case .absent: continue
            case .inline(let range, let mediaType, _):
                let suffix = MediaType.fileExtension(for: mediaType)
                wanted = (Self.fallback(image, place, suffix), .inline(range))
            case .remote(let url):
                // The same URL twice is one image shown twice.
                guard let location = ImageLocation(imageURL: url, of: job), seen.insert(location).inserted else {
                    continue
                }
                let own = location.fileName
                let name =
                    own.flatMap { FileName.isSafe($0) ? $0 : nil }
                    ?? Self.fallback(image, place, FileName.suffix(of: own ?? "") ?? "png")
                wanted = (name, .remote(location))
            }
            let name = Self.unused(wanted.name, taken)
            taken.insert(name)
            let slot = ArtifactSlot(ArtifactSlot.firstImage.rawValue + place)
            items.append(Item(slot: slot, name: name, content: wanted.content))
        }
        self.items = items
    }

    /// `<id>.<type>`, or the image's place when the id is no file name either.
    private static func fallback(_ image: ImageFacts, _ place: Int, _ suffix: String) -> String {
        let name = "\(image.id ?? "").\(suffix)"
        return image.id?.isEmpty == false && FileName.isSafe(name) ? name : "image-\(place + 1).\(suffix)"
    }

    private static func unused(_ name: String, _ taken: Set<String>) -> String {
        guard taken.contains(name) else { return name }
        let suffix = FileName.suffix(of: name).map { ".\($0)" } ?? ""
        var stem = String(name.dropLast(suffix.count))
        while stem.utf8.count + suffix.utf8.count > FileName.longest - 8 { stem.removeLast() }
        var number = 2
        while taken.contains("\(stem)-\(number)\(suffix)") { number += 1 }
        return "\(stem)-\(number)\(suffix)"
    }
}

/// What may be a file name here.
enum FileName {
    /// Bytes of UTF-8 (NAME_MAX).
    static let longest = 255

    static func isSafe(_ name: String) -> Bool {
        guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= longest else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            scalar != "/" && scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value)
        }
    }

    /// Up to five letters and digits after the last dot.
    static func suffix(of name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        let suffix = name[name.index(after: dot)...]
        guard (1...5).contains(suffix.count), suffix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            return nil
        }
        return String(suffix)
    }
}
