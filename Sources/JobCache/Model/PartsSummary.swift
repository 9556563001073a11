import ArtifactStore
package import Parts

/// What of a result's parts stands beside `result.md`: the files with their sizes, and the directories.
///
/// The index keeps it with the job, so a directory lists its parts also while neither they nor the result are in the cache.
package struct PartsSummary: Equatable {
    package struct File: Equatable {
        package let name: String
        /// Its place in the list of all parts.
        package let number: Int
        /// Bytes.
        package let size: UInt64
    }

    package private(set) var files: [File] = []
    package private(set) var directories: [PartDirectory] = []

    package init(_ list: PartList) {
        files = list.parts.indices.filter { !list.parts[$0].path.contains("/") }.map { number in
            File(name: list.parts[number].path, number: number, size: list.parts[number].size)
        }
        directories = PartDirectory.allCases.filter { !list.numbers(in: $0.name).isEmpty }
    }

    // MARK: In the index

    /// `contents.md=0:1234 pages/ tables/`.
    var text: String {
        (files.map { "\($0.name)=\($0.number):\($0.size)" } + directories.map { "\($0.name)/" })
            .joined(separator: " ")
    }

    /// Reads what `text` says; nil for anything else, and for a summary that names nothing.
    init?(_ text: some StringProtocol) {
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if word.hasSuffix("/") {
                guard let directory = PartDirectory(name: String(word.dropLast())), !directories.contains(directory)
                else { return nil }
                directories.append(directory)
            } else if let file = File(word),
                !files.contains(where: { $0.name == file.name || $0.number == file.number })
            {
                files.append(file)
            } else {
                return nil
            }
        }
    }
}

extension PartsSummary.File {
    /// More parts than any list has are a damaged row.
    private static let most = 1 << 24

    fileprivate init?(_ word: some StringProtocol) {
        let fields = word.split(separator: "=", omittingEmptySubsequences: false)
        guard fields.count == 2, PartFile.names.contains(String(fields[0])) else { return nil }
        let numbers = fields[1].split(separator: ":", omittingEmptySubsequences: false)
        guard numbers.count == 2, let number = Int(numbers[0]), (0..<Self.most).contains(number),
            let size = UInt64(numbers[1]), size <= UInt64(Int64.max)
        else { return nil }
        self.init(name: String(fields[0]), number: number, size: size)
    }
}
