/// One thing that happens, on either side of the mount. Every step can be done in every state, so that a sequence stays one when steps
/// are left out of it.
enum Step: Sendable {
    /// A file is opened and read from its first byte to its last.
    case read(Part, of: Cast, on: Int)
    /// So many bytes from a place, in thousandths of the file's size.
    case readRange(from: Int, count: Int, Part, of: Cast, on: Int)
    /// A file is mapped, and its bytes are taken from the memory.
    case map(Part, of: Cast, on: Int)
    case stat(Part, of: Cast, on: Int)
    case list(Cast, on: Int)
    case listJobs(on: Int)
    /// `.wait` is read, for a second at most while the job runs.
    case wait(Cast, on: Int)
    /// A reader that is killed soon after it has begun.
    case killReader(Part, of: Cast, on: Int)

    case end(Cast)
    case appear
    /// The API has an image no longer.
    case vanish(Int, of: Cast)
    /// The API does not know a job that has ended.
    case forget(Cast)
    case revokeKey, restoreKey, rotateKey
    case fault(ModelFault)
    case calm

    case unmount(Int)
    /// A mount point that is not mounted is mounted; another is mounted anew.
    case mount(Int)
    case killDaemon(Int)
    case prune
    /// All is unmounted, a bit of a file of the cache is turned round, and the first is mounted.
    case damage(Int)
    /// All is unmounted, the index removed, and the first is mounted.
    case loseIndex
    case fillDisk, freeDisk
    /// The clock of the machine is so many seconds ahead from now on.
    case moveClock(Int)
    /// Everything must become as the API has it.
    case settle

    static func random(using source: inout some RandomNumberGenerator) -> Step {
        let job = Cast.allCases.randomElement(using: &source) ?? .done
        let part = Part.all.randomElement(using: &source) ?? .markdown
        let mount = Int.random(in: 0...3, using: &source) == 0 ? 1 : 0
        return switch Int.random(in: 0..<100, using: &source) {
        case 0..<22: .read(part, of: job, on: mount)
        case 22..<32:
            .readRange(
                from: Int.random(in: 0...1_050, using: &source), count: Int.random(in: 1...300_000, using: &source),
                part, of: job, on: mount)
        case 32..<35: .map(part, of: job, on: mount)
        case 35..<43: .stat(part, of: job, on: mount)
        case 43..<48: .list(job, on: mount)
        case 48..<51: .listJobs(on: mount)
        case 51..<54: .wait(job, on: mount)
        case 54..<56: .killReader(part, of: job, on: mount)
        case 56..<61: .end([.running, .later, .failing].randomElement(using: &source) ?? .running)
        case 61: .appear
        case 62..<64: .vanish(Int.random(in: 0...2, using: &source), of: Bool.random(using: &source) ? .done : .running)
        case 64: .forget(Bool.random(using: &source) ? .done : .once)
        case 65..<67: .revokeKey
        case 67..<70: .restoreKey
        case 70..<72: .rotateKey
        case 72..<77: .fault(ModelFault.allCases.randomElement(using: &source) ?? .broken)
        case 77..<82: .calm
        case 82..<84: .unmount(mount)
        case 84..<88: .mount(mount)
        case 88..<91: .killDaemon(mount)
        case 91: .prune
        case 92: .damage(Int.random(in: 0..<1_000_000, using: &source))
        case 93: .loseIndex
        case 94: .fillDisk
        case 95..<97: .freeDisk
        case 97: .moveClock([-86_400, -3_700, -30, 0, 30, 900, 86_400].randomElement(using: &source) ?? 0)
        default: .settle
        }
    }
}

/// What the API does wrong, with every request.
enum ModelFault: String, CaseIterable, Sendable {
    case unavailable, broken, cut, reset, page, noJob, silent, drip
}

extension Step: CustomStringConvertible {
    /// As it is written in a test.
    var description: String {
        switch self {
        case .read(let part, let job, let mount): ".read(\(part), of: .\(job.rawValue), on: \(mount))"
        case .readRange(let start, let count, let part, let job, let mount):
            ".readRange(from: \(start), count: \(count), \(part), of: .\(job.rawValue), on: \(mount))"
        case .map(let part, let job, let mount): ".map(\(part), of: .\(job.rawValue), on: \(mount))"
        case .stat(let part, let job, let mount): ".stat(\(part), of: .\(job.rawValue), on: \(mount))"
        case .list(let job, let mount): ".list(.\(job.rawValue), on: \(mount))"
        case .listJobs(let mount): ".listJobs(on: \(mount))"
        case .wait(let job, let mount): ".wait(.\(job.rawValue), on: \(mount))"
        case .killReader(let part, let job, let mount): ".killReader(\(part), of: .\(job.rawValue), on: \(mount))"
        case .end(let job): ".end(.\(job.rawValue))"
        case .appear: ".appear"
        case .vanish(let number, let job): ".vanish(\(number), of: .\(job.rawValue))"
        case .forget(let job): ".forget(.\(job.rawValue))"
        case .revokeKey: ".revokeKey"
        case .restoreKey: ".restoreKey"
        case .rotateKey: ".rotateKey"
        case .fault(let fault): ".fault(.\(fault.rawValue))"
        case .calm: ".calm"
        case .unmount(let mount): ".unmount(\(mount))"
        case .mount(let mount): ".mount(\(mount))"
        case .killDaemon(let mount): ".killDaemon(\(mount))"
        case .prune: ".prune"
        case .moveClock(let ahead): ".moveClock(\(ahead))"
        case .damage(let place): ".damage(\(place))"
        case .loseIndex: ".loseIndex"
        case .fillDisk: ".fillDisk"
        case .freeDisk: ".freeDisk"
        case .settle: ".settle"
        }
    }
}
