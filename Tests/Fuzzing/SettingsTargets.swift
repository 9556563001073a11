import PulseAPI
import System

@testable import JobCache
@testable import PulseFS
@testable import Settings

/// A text of TOML is its values or a mistake in one of its lines; words of a shell are taken apart as they were put together.
func fuzzSettings(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = bytes.count { $0 == 0x0A } + 1
    do throws(TOMLDocument.Mistake) {
        for entry in try TOMLDocument(text).entries {
            law((1...lines).contains(entry.line) && !entry.path.isEmpty, "\(entry) is in none of \(lines) lines")
        }
    } catch {
        law((1...lines + 1).contains(error.line), "a mistake in line \(error.line) of \(lines)")
    }
    let words = text.split(separator: "\n").map(String.init)
    law(ShellWords.split(ShellWords.joined(words)) == words || text.utf8.contains(0), "\(words) are not put together")
    _ = ShellWords.split(text)
    if let span = TimeSpan(text) { law(span.duration >= .zero, "a time of \(span)") }
    _ = PermissionBits(text)
    _ = CrawlerNames.listed(in: text)
    _ = APIKey(text)
}

/// Options of a line of fstab become options with a name, and no word of theirs begins another option.
func fuzzFstab(_ bytes: [UInt8]) {
    var options = FstabOptions()
    options.add(String(decoding: bytes, as: UTF8.self))
    for option in options.options {
        law(option.word.hasPrefix("--\(option.name)"), "\(option.word)")
        law(!option.name.utf8.contains(UInt8(ascii: "=")), "\(option.name)")
    }
}

/// Names from a result become different names of files, safe ones, whatever they are.
func fuzzNames(_ bytes: [UInt8]) {
    var pieces = Pieces(bytes)
    guard let job = JobID("job-1") else { return }
    var images: [ImageFacts] = []
    for _ in 0..<(pieces.byte() % 12) {
        var image = ImageFacts()
        image.id = pieces.text()
        image.chartTitle = pieces.text()
        let url = pieces.text()
        let isOurs = pieces.byte() & 1 == 1
        if !url.isEmpty {
            image.source = .remote(url: isOurs ? "https://api.example/results/job-1/images/\(url)" : url)
        }
        images.append(image)
    }
    let items = ImageListing(images, of: job).items
    for item in items {
        law(FileName.isSafe(item.name), "\(item.name.debugDescription) is no name of a file")
        law(item.slot.isImage, "\(item.name) has the number of another kind")
    }
    law(Set(items.map { FileName($0.name) }).count == items.count, "two images have one name")
    let name = pieces.text()
    if FileName.isSafe(name) {
        law(!name.contains("/") && name != ".." && name.utf8.count <= 255, "\(name.debugDescription) is taken for safe")
        _ = PathSegment(encoding: name)
    }
    let line = PrintableText.line(String(decoding: bytes, as: UTF8.self))
    law(
        line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) },
        "a line with a control character")
    law(
        !line.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value) },
        "a direction")
}
