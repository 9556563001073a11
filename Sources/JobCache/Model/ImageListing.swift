package import ArtifactStore
package import PulseAPI

/// The names that a result's images get in `images/`.
///
/// A name comes from outside and becomes a file name only if it can be one; two images never share a name; what stands
/// at which place of the result decides the slot, so that slots are the same whenever the same result is read.
package struct ImageListing {
    package struct Item: Equatable {
        package let slot: ArtifactSlot
        package let name: String
        let content: Content
    }

    enum Content: Equatable {
        case remote(ImageLocation)
        /// Where the string literal of a `data:` URI stands in the document.
        case inline(Range<UInt64>)
    }

    package let items: [Item]

    package init(_ images: [ImageFacts], of job: JobID) {
        var items: [Item] = []
        var names = UniqueNames()
        var seen: Set<ImageLocation> = []
        let room = ArtifactSlot.firstPart.rawValue - ArtifactSlot.firstImage.rawValue
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
            let name = names.take(wanted.name)
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
}

/// Names that are given out once each: who comes later gets a number.
///
/// Takes about the same time for each name, however many are alike.
struct UniqueNames {
    private var taken: Set<FileName> = []
    /// The next number to be tried behind a stem, by the stem and the suffix together.
    private var numbers: [FileName: Int] = [:]

    mutating func take(_ wanted: String) -> String {
        if taken.insert(FileName(wanted)).inserted { return wanted }
        let suffix = FileName.suffix(of: wanted).map { ".\($0)" } ?? ""
        var stem = wanted.dropLast(suffix.count)
        while stem.utf8.count + suffix.utf8.count > FileName.longest - 8 { stem.removeLast() }
        let key = FileName("\(stem)\(suffix)")
        var number = numbers[key] ?? 2
        while true {
            let name = "\(stem)-\(number)\(suffix)"
            number += 1
            guard taken.insert(FileName(name)).inserted else { continue }
            numbers[key] = number
            return name
        }
    }
}
