package import ArtifactStore
import Parts

/// The parts of a result in a job's directory: their names and their numbers.
package enum PartFile {
    /// Those that stand beside `result.md`.
    static let names = PartKind.allNames.filter { !$0.hasSuffix("/") }

    /// The one that every result has.
    package static let contents = PartKind.contents

    /// What the file that holds all parts is called in the cache.
    package static let storedName = ".parts"

    /// What a name in a job's directory may stand for.
    package enum Target: Equatable {
        case file(path: String)
        case directory(PartDirectory)
    }

    /// Nil for a name that no part has.
    package static func target(named name: String) -> Target? {
        if let directory = PartDirectory(name: name) { return .directory(directory) }
        return names.contains(name) ? .file(path: name) : nil
    }
}

/// A directory of parts.
package enum PartDirectory: Int, CaseIterable, Sendable {
    case pages = 11
    case tables = 12
    case schema = 13
    case chunks = 14

    package var name: String {
        switch self {
        case .pages: "pages"
        case .tables: "tables"
        case .schema: "schema"
        case .chunks: "chunks"
        }
    }

    init?(name: String) {
        guard let directory = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = directory
    }

    /// What it has in inode numbers.
    var slot: ArtifactSlot { ArtifactSlot(rawValue) }
}

extension ArtifactSlot {
    /// The file that holds all parts, which nobody sees as such.
    package static let parts = ArtifactSlot(10)
    /// Parts take the numbers from here on, in the order of that file.
    package static let firstPart = ArtifactSlot(1 << 19)

    package static func part(_ number: Int) -> ArtifactSlot { ArtifactSlot(firstPart.rawValue + number) }

    /// `contents.md`, wherever it stands in the list of parts: it is listed before there is one.
    package static let contents = ArtifactSlot(firstPart.rawValue + PartList.most)

    /// The slot of a part that is called so, at this place in the list.
    package static func part(_ number: Int, named path: String) -> ArtifactSlot {
        path == PartFile.contents ? .contents : .part(number)
    }

    /// The place in the list of parts; nil for any other file.
    package var partNumber: Int? { self >= .firstPart ? rawValue - Self.firstPart.rawValue : nil }
}
