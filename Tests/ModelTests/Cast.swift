import Foundation
import PulseEmulator

/// The jobs of the model's world, one of each kind that the contract treats in its own way.
enum Cast: String, CaseIterable, Sendable {
    /// Completed from the start, with three images.
    case done
    /// Processing until it ends, with three images then.
    case running
    /// Completed from the start, behind a link that works once.
    case once
    /// Processing until it ends, behind a link that works once then.
    case later
    /// Processing until it fails.
    case failing
    /// Another organisation's.
    case others
    /// Not known to the API until it appears.
    case absent

    /// How long after it was accepted a job ends.
    static let duration: Duration = .seconds(100)
    private static let imageSizes = [5_000, 150_000, 700_000]

    static let imageNames = ["one.png", "two.png", "three.png"]

    var isSingleUse: Bool { self == .once || self == .later }
    var hasImages: Bool { self == .done || self == .running }
    /// How it ends.
    var end: Phase { self == .failing ? .failed : .completed }
    /// What it is in when the world begins.
    var start: Phase {
        switch self {
        case .done, .once, .others: .completed
        case .running, .later, .failing: .processing
        case .absent: .unknown
        }
    }

    var markdown: String {
        let lines = (1...(isSingleUse ? 6_000 : 900)).map { "Line \($0) of \(rawValue): what has been extracted." }
        return "# The document \(rawValue)\n\n" + lines.joined(separator: "\n") + "\n"
    }

    func image(_ number: Int) -> EmulatedImage {
        let content = ByteSource(SyntheticImage(size: Self.imageSizes[number], seed: UInt64(number + 1)))
        return EmulatedImage(filename: Self.imageNames[number], content: content)
    }

    func imageBytes(_ number: Int) -> [UInt8] {
        let content = image(number).content
        return content.bytes(in: 0..<content.count)
    }

    /// As the API has it in a phase, without the images that have vanished.
    func job(in phase: Phase, accepted: Date, without vanished: Set<Int> = []) -> EmulatedJob {
        let shown = hasImages ? Self.imageNames.indices.map { image($0) } : []
        let boxes = shown.map { image -> JSONNode in
            ["id": .string(image.filename), "page_number": 1, "image_url": .hosted(image.path(job: rawValue))]
        }
        let node: JSONNode = [
            "markdown": .string(markdown), "page_count": 1, "bounding_boxes": ["Images": .array(boxes)],
            "extraction_id": .string("ext-\(rawValue)"),
        ]
        let timetable: JobTimetable =
            switch phase {
            case .completed, .failed:
                .finished(phase == .completed ? .completed : .failed, created: accepted, took: Self.duration)
            case .processing, .unknown: .always(.processing, since: .date(accepted))
            }
        return EmulatedJob(
            id: rawValue, organization: self == .others ? .contoso : .northwind, timetable: timetable,
            result: phase == .completed ? (isSingleUse ? .singleUse(node) : .inline(node)) : nil,
            error: phase == .failed ? "The file is not a document." : nil,
            images: shown.indices.filter { !vanished.contains($0) }.map { shown[$0] })
    }
}

/// What a job can be in.
enum Phase: String, Sendable {
    case unknown, processing, completed, failed

    var isTerminal: Bool { self == .completed || self == .failed }
}

/// A file of a job that is looked at.
enum Part: Hashable, Sendable, CustomStringConvertible {
    case status, markdown, json, error
    /// One of ``Cast/imageNames``.
    case image(Int)
    /// An image that the API does not have.
    case noImage

    static let all: [Part] = [.status, .markdown, .json, .error, .image(0), .image(1), .image(2), .noImage]

    var path: String {
        switch self {
        case .status: "status.json"
        case .markdown: "result.md"
        case .json: "result.json"
        case .error: "error.txt"
        case .image(let number): "images/\(Cast.imageNames[number])"
        case .noImage: "images/none.png"
        }
    }

    var description: String {
        switch self {
        case .status: ".status"
        case .markdown: ".markdown"
        case .json: ".json"
        case .error: ".error"
        case .image(let number): ".image(\(number))"
        case .noImage: ".noImage"
        }
    }
}
