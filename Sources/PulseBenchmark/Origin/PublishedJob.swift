import Foundation

/// A finished job as the benchmark's origin has it.
struct PublishedJob {
    let id: String
    var imageSizes: [Int] = []
    var markdownSize = 0
    /// Whether the text holds the word that is searched for.
    var hasWord = false

    static let word = "halyard"

    static func imageName(_ place: Int) -> String {
        let digits = String(place + 1)
        return "image_\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).png"
    }

    var markdown: String {
        var text = "# Document \(id)\n"
        if hasWord { text += "\nThe \(Self.word) is listed under rigging.\n" }
        var line = 0
        while text.utf8.count < markdownSize {
            line += 1
            text +=
                "\n\(line). Quantity \(line * 7 % 93), unit price \(line * 31 % 997).00, carried forward to the next page.\n"
        }
        return text
    }

    /// The API's answer to `GET /job/<id>`.
    func answer(origin: String) throws -> Data {
        let images = imageSizes.indices.map { place in
            Answer.Image(
                id: "image_\(place + 1)", visual_type: "image", page_number: 1 + place / 4,
                image_url: "\(origin)/results/\(id)/images/\(Self.imageName(place))")
        }
        let time = "2024-01-22T08:00:52Z"
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return try encoder.encode(
            Answer(
                job_id: id, status: "completed", created_at: time, updated_at: time,
                result: Answer.Result(
                    markdown: markdown, page_count: 1 + images.count / 4, bounding_boxes: ["Images": images],
                    extraction_id: "ext-\(id)")))
    }
}

// The wire's own names.
// swift-format-ignore: AlwaysUseLowerCamelCase
private struct Answer: Encodable {
    let job_id, status, created_at, updated_at: String
    let result: Result

    struct Result: Encodable {
        let markdown: String
        let page_count: Int
        let bounding_boxes: [String: [Image]]
        let extraction_id: String
    }

    struct Image: Encodable {
        let id, visual_type: String
        let page_number: Int
        let image_url: String
    }
}
