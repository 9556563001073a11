import ArtifactStore
import Quantities
import SystemPackage

extension CachePlace {
    /// Of a disk that does not answer.
    static func tooSlow(_ path: FilePath) -> [Checkup] {
        [
            Checkup(
                "cache", .failure, "\(path) does not answer", remedy: "name another directory with --cache-dir"),
            Checkup("space", .skipped, "the disk of the cache does not answer"),
            Checkup("integrity", .skipped, "the disk of the cache does not answer"),
        ]
    }

    /// In a mount of PulseFS, which is not looked into.
    static func inMount(_ path: FilePath, on mountpoint: FilePath) -> [Checkup] {
        [
            Checkup(
                "cache", .failure, "\(path) is in the mount on \(mountpoint), where nothing can be kept",
                remedy: "name a directory outside it with --cache-dir"),
            Checkup("space", .skipped, "the directory cannot be a cache"),
            Checkup("integrity", .skipped, "the directory cannot be a cache"),
        ]
    }

    static let unnamed = [
        Checkup("cache", .skipped, "the settings name no directory", remedy: "pulsefs config"),
        Checkup("space", .skipped, "the settings name no directory of a cache"),
        Checkup("integrity", .skipped, "the settings name no directory of a cache"),
    ]

    var checkups: [Checkup] { [cache, space, integrity] }

    private var kind: String { fileSystem.map { " (\($0))" } ?? "" }

    // MARK: The directory

    private var cache: Checkup {
        let word = ShellWord.quoted(path)
        switch inspection.directory {
        case .absent(let parent, isWritable: false):
            return Checkup(
                "cache", .failure, "\(path) is not there, and cannot be made: \(parent) cannot be written",
                remedy: "name a directory of your own with --cache-dir")
        case .refused(let error):
            return Checkup(
                "cache", .failure, error.message,
                remedy: "mend it as it says, if it is yours: chmod 700 \(word); or name another with --cache-dir")
        case .absent where isRemote, .usable where isRemote:
            return Checkup(
                "cache", .warning, "\(path) is on a network file system\(kind): slow, and its locks may not hold",
                remedy: "name a directory on a local disk with --cache-dir")
        case .absent: return Checkup("cache", .ok, "\(path) is not there yet; the first mount makes it\(kind)")
        case .usable: break
        }
        if let writing = inspection.writing {
            return Checkup(
                "cache", .warning, "\(path) takes no file: \(writing); what is fetched would not be kept",
                remedy: "df \(word); ls -ld \(word)")
        }
        if !inspection.seenByOthers.isEmpty {
            let parts = inspection.seenByOthers
            return Checkup(
                "cache", .warning, "others can look into \(parts.map(\.string).joined(separator: ", "))",
                remedy: "chmod 700 \(parts.map { ShellWord.quoted($0) }.joined(separator: " "))")
        }
        return Checkup("cache", .ok, "\(path) is the user's alone and can be written\(kind)")
    }

    // MARK: The disk

    private var space: Checkup {
        guard let free = inspection.freeBytes, let whole = inspection.diskBytes, whole > 0 else {
            return Checkup("space", .skipped, "the disk does not say how much is free")
        }
        let words = "\(ByteCount(free)) of \(ByteCount(whole)) are free"
        let floor = UInt64(Double(whole) * limits.freeFraction)
        if free <= floor {
            return Checkup(
                "space", .warning, "\(words), and the last \(ByteCount(floor)) stay free: hardly anything is kept",
                remedy: "free some, or name a directory on another disk with --cache-dir")
        }
        let usable = "\(words); the cache may take \(ByteCount(limits.size))"
        return Checkup(
            "space", .ok,
            free -| floor < limits.size ? "\(usable), of which \(ByteCount(free -| floor)) more are there" : usable)
    }

    // MARK: The content

    private var integrity: Checkup {
        guard case .usable = inspection.directory else {
            return Checkup("integrity", .skipped, "there is no cache to look into")
        }
        let verify = "pulsefs cache verify --cache-dir \(ShellWord.quoted(path))"
        let sample = inspection.sample
        if let first = sample.damaged.first {
            return Checkup(
                "integrity", .warning, "\(sample.damaged.count) of \(sample.files) files are damaged, such as \(first)",
                remedy: verify)
        }
        switch inspection.index {
        case .newer:
            return Checkup(
                "integrity", .failure, "the index was made by a newer version of pulsefs",
                remedy: "bring pulsefs up to date, or name another cache with --cache-dir")
        case .damaged(let words):
            return Checkup(
                "integrity", .warning, "the index is damaged, and made again by whoever uses it next: \(words)",
                remedy: verify)
        case .unreadable(let words):
            return Checkup("integrity", .warning, "the index cannot be read: \(words)", remedy: verify)
        case .absent, .whole: break
        }
        if let first = sample.unreadable.first {
            return Checkup("integrity", .warning, "files cannot be read, such as \(first)", remedy: "ls -l \(first)")
        }
        return Checkup(
            "integrity", .ok, [indexWords, sampleWords, leftovers].compactMap { $0 }.joined(separator: "; "))
    }

    private var indexWords: String {
        guard case .whole(let jobs) = inspection.index else { return "there is no index yet" }
        return "the index knows \(jobs) jobs"
    }

    private var sampleWords: String {
        let sample = inspection.sample
        return sample.files == 0
            ? "no file was read" : "\(sample.files) files taken at random are whole (\(ByteCount(sample.bytes)))"
    }

    private var leftovers: String? {
        var words: [String] = []
        if inspection.leftoverClaims > 0 {
            words.append("\(inspection.leftoverClaims) downloads were cut, and are looked at by the next mount")
        }
        if inspection.quarantine.files > 0 {
            words.append("\(inspection.quarantine.files) damaged files are in quarantine/")
        }
        return words.isEmpty ? nil : words.joined(separator: "; ")
    }
}
