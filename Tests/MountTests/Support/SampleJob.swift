import Foundation
import PulseEmulator
import PulseTestSupport

/// A job of which each file is known.
enum SampleJob: Hashable, Sendable {
    /// Its result can be fetched only once.
    case once(String)
    /// Its result is in the answer; it has an image that is fetched.
    case picture(String)

    var name: String {
        switch self {
        case .once(let name), .picture(let name): name
        }
    }

    /// What is asked for a result that can be fetched only once.
    var link: RequestPattern { .path("/large_results/\(name)") }
}

/// The files of the sample jobs.
struct SampleFiles: Sendable {
    private let markdown: String
    private let drawing: [UInt8]
    private let picture = SyntheticImage(size: 200_000, seed: 3)
    private let onceDocument: [UInt8]

    /// Asks the emulator what it sends.
    init(_ emulator: Emulator) async throws {
        let text = SyntheticMarkdown(size: 60_000)
        markdown = String(decoding: text.decodedBytes(in: 0..<text.size), as: UTF8.self)
        drawing = SyntheticImage(size: 20_000, seed: 4).bytes
        emulator.add(job: EmulatedJob(id: "reference", result: .singleUse(Self.once(markdown, drawing))))
        onceDocument = try await Shell.run(
            "curl -fsS -H \"x-api-key: $2\" \"$1\"/large_results/reference", [emulator.baseURL, TestKeys.northwind]
        ).output
    }

    private static let html = "<h1>Report</h1><p>Cost of revenue</p>"

    private static func once(_ markdown: String, _ drawing: [UInt8]) -> JSONNode {
        let image = "data:image/png;base64," + Data(drawing).base64EncodedString()
        return [
            "markdown": .string(markdown),
            "extensions": ["altOutputs": ["html": .string(html)]],
            "page_count": 3,
            "bounding_boxes": [
                "Images": [["id": "drawing", "visual_type": "image", "page_number": 1, "image_url": .string(image)]]
            ],
        ]
    }

    private static func pictured(_ markdown: String, _ image: EmulatedImage, _ job: String) -> JSONNode {
        [
            "markdown": .string(markdown),
            "page_count": 1,
            "bounding_boxes": [
                "Images": [
                    [
                        "id": "picture", "visual_type": "image", "page_number": 1,
                        "image_url": .hosted(image.path(job: job)),
                    ]
                ]
            ],
        ]
    }

    func emulated(_ job: SampleJob) -> EmulatedJob {
        switch job {
        case .once(let name): return EmulatedJob(id: name, result: .singleUse(Self.once(markdown, drawing)))
        case .picture(let name):
            let image = EmulatedImage(filename: "picture.png", content: ByteSource(picture))
            return EmulatedJob(id: name, result: .inline(Self.pictured(markdown, image, name)), images: [image])
        }
    }

    /// Names below the job's directory, and bytes.
    func files(_ job: SampleJob) -> [String: [UInt8]] {
        switch job {
        case .once:
            [
                "result.md": Array(markdown.utf8), "result.json": onceDocument, "result.html": Array(Self.html.utf8),
                "images/drawing.png": drawing,
            ]
        case .picture: ["result.md": Array(markdown.utf8), "images/picture.png": picture.bytes]
        }
    }
}
