import Foundation

/// What PulseFS may show, said as plainly as possible: what the API has, what has been read whole, and how long news may take.
struct Model {
    /// What a file may be.
    enum Content: Hashable {
        case absent
        case bytes([UInt8])
        /// `status.json` of a job in this phase.
        case status(Phase)
        /// A file whose bytes are not compared.
        case something
    }

    /// The answers that are right.
    struct Allowed {
        var contents: Set<Content> = []
        var errors: Set<Int32> = []
    }

    /// News are seen within this time: three looks ten seconds apart that are denied, at most, and the load of a test machine.
    static let patience: Duration = .seconds(20)
    /// A file that was read this long ago is in the cache, also when the daemon is killed.
    static let committed: Duration = .seconds(5)

    struct Change {
        let from: Phase
        let at: ContinuousClock.Instant
    }

    var phases = Dictionary(uniqueKeysWithValues: Cast.allCases.map { ($0, $0.start) })
    var changes: [Cast: Change] = [:]
    var vanished: [Cast: Set<Int>] = [:]
    /// What the API does not know any more.
    var forgotten: Set<Cast> = []

    var isKeyGood = true
    /// When the key was last revoked, made good or replaced, until everything has settled.
    var keyChange: ContinuousClock.Instant?
    /// Which of the two keys of the organisation is in use.
    var key = 0

    var fault: ModelFault?
    var faultEnded: ContinuousClock.Instant?
    var isDiskFull = false
    /// Mounts that were made on a full disk may keep nothing.
    var madeOnFullDisk: Set<Int> = []

    /// Single-use results whose download may be going on, unseen.
    var inDoubt: Set<Cast> = []
    /// Single-use results that a killed process or a damaged file may have cost.
    var lost: Set<Cast> = []
    /// What was read whole with a key, and when: it is in the cache.
    var held: [Int: [Cast: [Part: ContinuousClock.Instant]]] = [:]
    /// What was read through a mount, and is not in the cache any more: the kernel may have its pages, and ask nobody for them.
    var pages: [Int: [Cast: Set<Part>]] = [:]
    /// What was read whole through a mount, with any key.
    private var read: [Int: [Cast: Set<Part>]] = [:]
    /// Jobs whose end was seen through a mount.
    var ended: [Int: Set<Cast>] = [:]
    /// Jobs whose status was read through a mount, and how it was.
    var told: [Int: [Cast: Phase]] = [:]
    /// `result.json` as it was first read.
    var documents: [Cast: [UInt8]] = [:]

    private static let failures: Set<Int32> = [
        EIO, ETIMEDOUT, EBUSY, EBADMSG, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EPROTO,
    ]

    private func isRecent(_ instant: ContinuousClock.Instant?) -> Bool {
        instant.map { .now - $0 < Self.patience } ?? false
    }

    func isHeld(_ part: Part, of job: Cast) -> Bool { held[key]?[job]?[part] != nil }

    // MARK: What may be seen

    /// What may come of opening a file and reading it.
    func allowed(_ part: Part, of job: Cast, on mount: Int) -> Allowed {
        var allowed = Allowed()
        let isOpen = isKeyGood || isRecent(keyChange)
        if !isKeyGood || isRecent(keyChange) { allowed.errors.insert(EACCES) }
        guard isOpen else {
            // Whether a refused key has been noticed is not known while the API cannot be asked.
            return fault == nil && !isRecent(faultEnded) ? allowed : known(part, of: job, on: mount, allowed)
        }
        return known(part, of: job, on: mount, allowed)
    }

    private func known(_ part: Part, of job: Cast, on mount: Int, _ start: Allowed) -> Allowed {
        var allowed = start
        if (fault != nil || isRecent(faultEnded)) && !isSpared(part, of: job, on: mount) {
            allowed.errors.formUnion(Self.failures)
        }
        if job == .others {
            allowed.errors.insert(EACCES)
            return allowed
        }
        for phase in phasesSeen(of: job, on: mount) {
            allowed.contents.formUnion(contents(part, of: job, in: phase, on: mount))
        }
        if job.isSingleUse, part != .status, part != .error {
            // Which images there are is part of the result too.
            let isImage = part != .markdown && part != .json
            let isHere = isHeld(part, of: job) || isImage && (isHeld(.json, of: job) || isHeld(.markdown, of: job))
            if isDiskFull || madeOnFullDisk.contains(mount), !isHere {
                allowed.errors.formUnion([ENOSPC, EIO])
            }
            if lost.contains(job) {
                allowed.errors.formUnion([EIO])
                allowed.contents.insert(.absent)
            }
        }
        return allowed
    }

    /// Whether a fault of the API is no excuse: the file is in the cache, or was shown before.
    private func isSpared(_ part: Part, of job: Cast, on mount: Int) -> Bool {
        guard keyChange == nil, isKeyGood else { return false }
        if part == .status { return told[mount]?[job] != nil }
        return isHeld(part, of: job)
    }

    private func phasesSeen(of job: Cast, on mount: Int) -> [Phase] {
        let now = phases[job] ?? .unknown
        guard ended[mount]?.contains(job) != true, let change = changes[job] else { return [now] }
        // While the API cannot be asked, nobody hears of it.
        let mayBeOld = isRecent(change.at) || fault != nil || isRecent(faultEnded) || isRecent(keyChange)
        return mayBeOld ? [now, change.from] : [now]
    }

    private func contents(_ part: Part, of job: Cast, in phase: Phase, on mount: Int) -> Set<Content> {
        guard phase != .unknown else { return [.absent] }
        var found: Set<Content> = []
        switch part {
        case .status: found = [.status(phase)]
        case .error:
            // There may be more to explain than that a job has failed.
            found = phase == .failed ? [.something] : [.absent]
            if forgotten.contains(job) || lost.contains(job) || isDiskFull || !inDoubt.isEmpty || fault != nil {
                found.insert(.something)
            }
        case .markdown: found = phase == .completed ? [.bytes(Array(job.markdown.utf8))] : [.absent]
        case .json:
            found = phase == .completed ? [documents[job].map(Content.bytes) ?? .something] : [.absent]
        case .image(let number):
            found = phase == .completed && job.hasImages ? [.bytes(job.imageBytes(number))] : [.absent]
            if vanished[job]?.contains(number) == true, !isHeld(part, of: job) { found.insert(.absent) }
        case .noImage: found = [.absent]
        }
        if forgotten.contains(job), !isHeld(part, of: job) { found.insert(.absent) }
        return found
    }

    /// The names that a job's directory has in every case, and those that it must not have.
    func names(of job: Cast, on mount: Int) -> (must: Set<String>, mustNot: Set<String>)? {
        let phases = phasesSeen(of: job, on: mount)
        guard phases.count == 1, isKeyGood, keyChange == nil, fault == nil, !isRecent(faultEnded),
            !forgotten.contains(job),
            !lost.contains(job), !isDiskFull, madeOnFullDisk.isEmpty, let phase = phases.first
        else { return nil }
        let results: Set<String> = ["result.md", "result.json"]
        return switch phase {
        case .unknown: nil
        case .processing: (["status.json", "index.html"], results.union(["images", "error.txt", "contents.md"]))
        case .failed: (["status.json", "index.html", "error.txt"], results.union(["images", "contents.md"]))
        case .completed:
            (results.union(["status.json", "index.html", "contents.md", "images"]), ["error.txt"])
        }
    }

    // MARK: What has been seen

    /// Whether a mount uses the key that the model has by now: it looks for another every second.
    var isKeyKnown: Bool { keyChange.map { .now - $0 > Self.committed } ?? true }

    mutating func note(_ part: Part, of job: Cast, on mount: Int, read bytes: [UInt8]) {
        if part == .json, documents[job] == nil { documents[job] = bytes }
        // It may have been read with the key before, and that says nothing for this one.
        guard isKeyKnown else { return }
        if part == .status, let phase = Self.phase(in: bytes) { told[mount, default: [:]][job] = phase }
        let phase = part == .status ? Self.phase(in: bytes) : part == .markdown || part == .json ? .completed : nil
        if let phase, phase.isTerminal { ended[mount, default: []].insert(job) }
        if part == .markdown || part == .json { inDoubt.remove(job) }
        read[mount, default: [:]][job, default: []].insert(part)
        if !isDiskFull, !madeOnFullDisk.contains(mount), part != .status, part != .error,
            pages[mount]?[job]?.contains(part) != true
        {
            let earlier = held[key]?[job]?[part]
            held[key, default: [:]][job, default: [:]][part] = earlier ?? .now
        }
    }

    static func phase(in status: [UInt8]) -> Phase? {
        let object = try? JSONSerialization.jsonObject(with: Data(status)) as? [String: Any]
        return (object?["status"] as? String).flatMap(Phase.init(rawValue:))
    }

    // MARK: What happens

    mutating func change(_ job: Cast, to phase: Phase) {
        changes[job] = Change(from: phases[job] ?? .unknown, at: .now)
        phases[job] = phase
    }

    /// What can be fetched again is not in the cache any more.
    mutating func pruned() {
        for (key, jobs) in held { held[key] = jobs.filter { $0.key.isSingleUse } }
        for (mount, jobs) in read {
            for (job, parts) in jobs where !job.isSingleUse {
                pages[mount, default: [:]][job, default: []].formUnion(parts)
            }
        }
    }

    /// What a new process knows only if it is on the disk.
    mutating func mountEnded(_ mount: Int) {
        ended[mount] = []
        told[mount] = [:]
        pages[mount] = [:]
        read[mount] = [:]
        madeOnFullDisk.remove(mount)
    }

    mutating func daemonKilled(_ mount: Int) {
        mountEnded(mount)
        lost.formUnion(inDoubt)
        for (key, jobs) in held {
            for (job, parts) in jobs where !job.isSingleUse {
                held[key]?[job] = parts.filter { .now - $0.value > Self.committed }
            }
        }
    }

    /// A refusal of the API may go with the key that is in use.
    mutating func keyChanged() { keyChange = .now }

    mutating func settled() {
        (keyChange, faultEnded) = (nil, nil)
        changes = [:]
    }
}
