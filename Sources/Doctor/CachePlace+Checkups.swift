import ArtifactStore
import PulseFS
import Quantities
import System
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
                "cache", .failure, "\(path) is in the mount on \(mountpoint), where nothing can be written",
                remedy: "name a directory outside it with --cache-dir"),
            Checkup("space", .skipped, "the directory cannot be a cache"),
            Checkup("integrity", .skipped, "the directory cannot be a cache"),
        ]
    }

    static let unnamed = [
        Checkup("cache", .skipped, "the settings have no directory", remedy: "pulsefs config"),
        Checkup("space", .skipped, "the settings have no cache directory"),
        Checkup("integrity", .skipped, "the settings have no cache directory"),
    ]

    var checkups: [Checkup] { [cache, space, integrity] }

    private var kind: String { fileSystem.map { " (\($0))" } ?? "" }

    // MARK: The directory

    private var cache: Checkup {
        let word = ShellWord.quoted(path)
        switch inspection.directory {
        case .absent(let parent, isWritable: false):
            return Checkup(
                "cache", .failure, "\(path) does not exist, and cannot be created: \(parent) cannot be written",
                remedy: "name a directory of your own with --cache-dir")
        case .refused(let error):
            return Checkup(
                "cache", .failure, error.message,
                remedy: "if the directory is yours, fix it with: chmod 700 \(word); or name another with --cache-dir")
        case .absent where isRemote, .usable where isRemote:
            return Checkup(
                "cache", .warning, "\(path) is on a network file system\(kind): slow, and its locks may not hold",
                remedy: "name a directory on a local disk with --cache-dir")
        case .absent: return Checkup("cache", .ok, "\(path) does not exist yet; the first mount creates it\(kind)")
        case .usable: break
        }
        if let writing = inspection.writing {
            return Checkup(
                "cache", .warning, "\(path) cannot be written: \(writing); fetched files would not be kept",
                remedy: "df \(word); ls -ld \(word)")
        }
        if !inspection.seenByOthers.isEmpty {
            let parts = inspection.seenByOthers
            return Checkup(
                "cache", .warning, "others can read \(parts.map(\.string).joined(separator: ", "))",
                remedy: "chmod 700 \(parts.map { ShellWord.quoted($0) }.joined(separator: " "))")
        }
        return Checkup("cache", .ok, "\(path) is private to the user and can be written\(kind)")
    }

    // MARK: The disk

    private var space: Checkup {
        guard let free = inspection.freeBytes, let whole = inspection.diskBytes, whole > 0 else {
            return Checkup("space", .skipped, "the free space of the disk is unknown")
        }
        let words = "\(ByteCount(free)) of \(ByteCount(whole)) are free"
        let floor = UInt64(Double(whole) * limits.freeFraction)
        if free <= floor {
            return Checkup(
                "space", .warning, "\(words), and \(ByteCount(floor)) must stay free: hardly anything can be cached",
                remedy: "free some space, or name a directory on another disk with --cache-dir")
        }
        let usable = "\(words); the cache may take \(ByteCount(limits.size))"
        return Checkup(
            "space", .ok,
            free -| floor < limits.size ? "\(usable), but only \(ByteCount(free -| floor)) more are free" : usable)
    }

    // MARK: The content

    private var integrity: Checkup {
        guard case .usable = inspection.directory else {
            return Checkup("integrity", .skipped, "there is no cache yet")
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
                remedy: "update pulsefs, or name another cache with --cache-dir")
        case .damaged(let words):
            return Checkup(
                "integrity", .warning, "the index is damaged, and is rebuilt when it is next used: \(words)",
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
            ? "no file was read" : "\(sample.files) files chosen at random are intact (\(ByteCount(sample.bytes)))"
    }

    private var leftovers: String? {
        var words: [String] = []
        if inspection.leftoverClaims > 0 {
            words.append("\(inspection.leftoverClaims) downloads were interrupted; the next mount continues them")
        }
        if inspection.quarantine.files > 0 {
            words.append("\(inspection.quarantine.files) damaged files are in quarantine/")
        }
        return words.isEmpty ? nil : words.joined(separator: "; ")
    }
}
