import Foundation

/// Where published jobs lie as files.
struct PublishedShelf {
    let root: String
    let origin: String

    func add(_ job: PublishedJob) throws {
        let jobs = URL(filePath: root).appending(path: "job")
        let result = URL(filePath: root).appending(path: "results/\(job.id)")
        let images = result.appending(path: "images")
        for directory in [jobs, images] {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        }
        try job.answer(origin: origin).write(to: jobs.appending(path: job.id))
        try Data(job.markdown.utf8).write(to: result.appending(path: "result.md"))
        for (place, size) in job.imageSizes.enumerated() {
            try write(size, seed: UInt64(place + 1), to: images.appending(path: PublishedJob.imageName(place)))
        }
    }

    /// Bytes that no two images share, after a PNG's signature.
    private func write(_ size: Int, seed: UInt64, to file: URL) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        var block = Data()
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        var left = size
        while left > 0 {
            block.removeAll(keepingCapacity: true)
            if left == size { block.append(contentsOf: signature) }
            let words = (0..<min(left + 7, 1 << 20) / 8).map { _ in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return state
            }
            words.withUnsafeBytes { block.append(contentsOf: $0) }
            let part = block.prefix(left)
            try handle.write(contentsOf: part)
            left -= part.count
        }
    }
}
