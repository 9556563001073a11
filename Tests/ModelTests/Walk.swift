import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage

/// A sequence of steps, done one after the other in the world and in the model, and compared.
final class Walk {
    private let world: World
    private var model = Model()
    /// How often each image and link had been asked for when its file was first read whole.
    private var asked: [String: Int] = [:]

    /// Where the mount and the model differ.
    struct Difference: Error, CustomStringConvertible {
        /// The place of the step that showed it.
        let step: Int
        let description: String
    }

    private struct Wrong: Error {
        let what: String
    }

    private init(_ world: World) { self.world = world }

    /// Does the steps in a new world.
    ///
    /// - Returns: the first difference; nil when there is none.
    static func take(_ steps: [Step]) async throws -> Difference? {
        try await World.with { world in
            let walk = Walk(world)
            if let failed = try await world.mount(0) { throw World.Failure(description: failed) }
            for (number, step) in (steps + [.settle]).enumerated() {
                do {
                    try await walk.take(step)
                } catch let wrong as Wrong {
                    let logs = [0, 1].map {
                        "log of mount \($0):\n"
                            + world.log($0).split(separator: "\n").suffix(12).joined(separator: "\n")
                    }
                    return Difference(
                        step: min(number, steps.count),
                        description: "\(step): \(wrong.what)\n\(logs.joined(separator: "\n"))")
                }
            }
            return nil
        }
    }

    private func path(_ part: Part, _ job: Cast, _ mount: Int) -> FilePath {
        world.mountPoints[mount].appending("jobs/\(job.rawValue)/\(part.path)")
    }

    // MARK: Steps

    private func take(_ step: Step) async throws {
        switch step {
        case .read(let part, let job, let mount): try await look(part, job, mount) { .init(await Look.read($0)) }
        case .readRange(let place, let count, let part, let job, let mount):
            try await look(part, job, mount) {
                let (start, found) = await Look.read($0, from: place, count: count)
                return .init(found, start: start, count: count)
            }
        case .map(let part, let job, let mount): try await look(part, job, mount) { .init(try await Look.map($0)) }
        case .stat(let part, let job, let mount): try await look(part, job, mount) { .init(await Look.stat($0)) }
        case .list(let job, let mount): try await list(job, mount)
        case .listJobs(let mount): try await listJobs(mount)
        case .wait(let job, let mount): try await wait(job, mount)
        case .killReader(let part, let job, let mount):
            guard world.isMounted(mount) else { return }
            let file = path(part, job, mount)
            _ = try await Shell.run("timeout -s KILL 0.05 cat \"$1\" > /dev/null 2>&1", [file.string], timeout: 20)
            if job.isSingleUse { model.inDoubt.insert(job) }
        case .settle: try await settle()
        default: try await happen(step)
        }
    }

    private func happen(_ step: Step) async throws {
        switch step {
        case .end(let job):
            guard model.phases[job] == .processing else { return }
            world.emulator.add(job: job.job(in: job.end, accepted: world.accepted))
            model.change(job, to: job.end)
        case .appear:
            guard model.phases[.absent] == .unknown else { return }
            world.emulator.add(job: Cast.absent.job(in: .completed, accepted: world.accepted))
            model.change(.absent, to: .completed)
        case .vanish(let number, let job):
            // A job that is added again loses nothing but the images that are left out.
            guard model.phases[job] == .completed, !model.forgotten.contains(job) else { return }
            model.vanished[job, default: []].insert(number)
            world.emulator.add(
                job: job.job(in: .completed, accepted: world.accepted, without: model.vanished[job] ?? []))
        case .forget(let job):
            world.emulator.remove(job: job.rawValue)
            model.forgotten.insert(job)
        case .revokeKey, .restoreKey:
            let good = if case .restoreKey = step { true } else { false }
            guard model.isKeyGood != good else { return }
            world.setKey(model.key, good: good)
            model.isKeyGood = good
            model.keyChanged()
        case .rotateKey:
            model.key = 1 - model.key
            world.setKey(model.key, good: true)
            model.isKeyGood = true
            try await world.setKey(World.keys[model.key])
            model.keyChanged()
        case .fault(let fault):
            world.set(fault)
            model.fault = fault
        case .calm:
            guard model.fault != nil else { return }
            world.emulator.clearFaults()
            (model.fault, model.faultEnded) = (nil, .now)
        case .fillDisk:
            try await world.fillDisk()
            model.isDiskFull = true
        case .freeDisk:
            try await world.freeDisk()
            model.isDiskFull = false
        // The model has no clock: nothing is to depend on it.
        case .moveClock(let seconds): try world.moveClock(seconds)
        default: try await change(step)
        }
    }

    private func change(_ step: Step) async throws {
        switch step {
        case .unmount(let mount): try await unmount(mount)
        case .mount(let mount):
            try await unmount(mount)
            try await self.mount(mount)
        case .killDaemon(let mount):
            guard world.isMounted(mount) else { return }
            try await world.killDaemon(mount)
            model.daemonKilled(mount)
        case .prune:
            try await world.prune()
            model.pruned()
            forgetRequests()
        case .damage(let place):
            for mount in world.mounted { try await unmount(mount) }
            if let name = try await world.damage(place) {
                for job in Cast.allCases where name.contains("/\(job.rawValue)/") {
                    if job.isSingleUse { model.lost.insert(job) }
                    for key in model.held.keys { model.held[key]?[job] = nil }
                }
                forgetRequests()
            }
            try await mount(0)
        case .loseIndex:
            for mount in world.mounted { try await unmount(mount) }
            try await world.loseIndex()
            // Who was shown a job is asked for again.
            model.held = [:]
            forgetRequests()
            try await mount(0)
        default: break
        }
    }

    private func forgetRequests() { asked = asked.filter { $0.key.hasPrefix("/large_results") } }

    private func mount(_ mount: Int) async throws {
        guard !world.isMounted(mount) else { return }
        let failed = try await world.mount(mount)
        if let failed, model.isKeyGood, model.keyChange == nil, !model.isDiskFull {
            throw Wrong(what: "it does not mount: \(failed)")
        }
        model.mountEnded(mount)
        if model.isDiskFull { model.madeOnFullDisk.insert(mount) }
    }

    private func unmount(_ mount: Int) async throws {
        guard world.isMounted(mount) else { return }
        if let failed = try await world.unmount(mount) { throw Wrong(what: "it does not unmount: \(failed)") }
        model.mountEnded(mount)
    }

    // MARK: Looks

    private struct Found {
        let observation: Observation
        let start: Int
        let count: Int

        init(_ observation: Observation, start: Int = 0, count: Int = .max) {
            (self.observation, self.start, self.count) = (observation, start, count)
        }

        var isWhole: Bool { count == .max }
    }

    private func look(_ part: Part, _ job: Cast, _ mount: Int, _ body: (FilePath) async throws -> Found) async throws {
        guard world.isMounted(mount) else { return }
        let before = model.allowed(part, of: job, on: mount)
        var found = try await body(path(part, job, mount))
        // Something may have become allowed, or have ceased to be, while it was looked at.
        var after = model.allowed(part, of: job, on: mount)
        // A busy machine may keep the emulator from answering in time. A mount that gets no answer at all is another matter.
        for _ in 0..<3 {
            guard case .error(ETIMEDOUT) = found.observation, !before.errors.union(after.errors).contains(ETIMEDOUT)
            else { break }
            found = try await body(path(part, job, mount))
            after = model.allowed(part, of: job, on: mount)
        }
        let contents = before.contents.union(after.contents)
        switch found.observation {
        case .hung: throw Wrong(what: "\(part) of \(job) is not answered")
        case .names: break
        case .error(ENOENT) where contents.contains(.absent): break
        case .error(let code):
            guard before.errors.union(after.errors).contains(code) else {
                throw Wrong(what: "errno \(code) (\(Errno(rawValue: code))), allowed: \(Self.told(before))")
            }
            if job.isSingleUse { model.inDoubt.insert(job) }
        case .size(let size):
            let isRight = contents.contains {
                switch $0 {
                case .bytes(let bytes): bytes.count == size
                case .absent: false
                case .status, .something: size > 0
                }
            }
            guard isRight else { throw Wrong(what: "size \(size), allowed: \(Self.told(before))") }
        case .bytes(let bytes):
            guard contents.contains(where: { Self.fits(bytes, found, $0) }) else {
                throw Wrong(
                    what:
                        "\(bytes.count) bytes that are not right, allowed: \(Self.told(before)); they begin: \(Self.head(bytes))"
                )
            }
            guard found.isWhole else { return }
            model.note(part, of: job, on: mount, read: bytes)
            try compareRequests(part, job)
        }
    }

    private static func fits(_ bytes: [UInt8], _ found: Found, _ content: Model.Content) -> Bool {
        switch content {
        case .absent: return false
        case .something: return true
        case .status(let phase): return !found.isWhole || Model.phase(in: bytes) == phase
        case .bytes(let all):
            guard !found.isWhole else { return bytes == all }
            let start = min(found.start, all.count)
            return bytes.elementsEqual(all[start..<min(all.count, start + found.count)])
        }
    }

    /// What is in the cache is not asked for again.
    private func compareRequests(_ part: Part, _ job: Cast) throws {
        let request: String
        switch part {
        case .image(let number): request = "/results/\(job.rawValue)/images/\(Cast.imageNames[number])"
        case .markdown where job.isSingleUse, .json where job.isSingleUse: request = "/large_results/\(job.rawValue)"
        default: return
        }
        let count = world.emulator.requests(matching: .path(request)).count { $0.method == "GET" }
        if let before = asked[request], model.isHeld(part, of: job), count != before {
            throw Wrong(what: "\(request) was asked for \(count - before) times more after it had been read whole")
        }
        if model.isHeld(part, of: job) { asked[request] = count }
    }

    private static func told(_ allowed: Model.Allowed) -> String {
        let contents = allowed.contents.map { content in
            switch content {
            case .absent: "absent"
            case .bytes(let bytes): "\(bytes.count) bytes"
            case .status(let phase): "status \(phase)"
            case .something: "any bytes"
            }
        }
        return (contents.sorted() + allowed.errors.sorted().map { "errno \($0)" }).joined(separator: ", ")
    }

    private static func head(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(80), as: UTF8.self) }

    private func list(_ job: Cast, _ mount: Int) async throws {
        guard world.isMounted(mount) else { return }
        let known = model.names(of: job, on: mount)
        let found = await Look.list(world.mountPoints[mount].appending("jobs/\(job.rawValue)"))
        let allowed = model.allowed(.status, of: job, on: mount)
        switch found {
        case .names(let names):
            guard let known = model.names(of: job, on: mount).flatMap({ _ in known }) else { return }
            let missing = known.must.subtracting(names)
            let extra = known.mustNot.intersection(names)
            guard missing.isEmpty, extra.isEmpty, Set(names).count == names.count else {
                throw Wrong(
                    what:
                        "the directory has \(names.sorted()): missing \(missing.sorted()), not to be \(extra.sorted())")
            }
        case .error(let code):
            guard allowed.errors.contains(code) || code == ENOENT && allowed.contents.contains(.absent) else {
                throw Wrong(what: "errno \(code) for the directory, allowed: \(Self.told(allowed))")
            }
        default: throw Wrong(what: "the directory is not answered")
        }
    }

    private func listJobs(_ mount: Int) async throws {
        guard world.isMounted(mount) else { return }
        switch await Look.list(world.mountPoints[mount].appending("jobs")) {
        case .names(let names):
            let strangers = Set(names).subtracting(Cast.allCases.map(\.rawValue) + ["index.html"])
            guard strangers.isEmpty, !names.contains("others") else { throw Wrong(what: "jobs has \(names)") }
            let known = (model.told[mount] ?? [:]).keys.map(\.rawValue)
            guard Set(known).isSubset(of: names) || !model.isKeyGood || model.keyChange != nil || model.isDiskFull
            else {
                throw Wrong(what: "jobs has \(names), and not all of \(known)")
            }
        case .error(EACCES) where !model.isKeyGood || model.keyChange != nil: break
        case let other: throw Wrong(what: "jobs is not listed: \(other)")
        }
    }

    private func wait(_ job: Cast, _ mount: Int) async throws {
        guard world.isMounted(mount), job != .others else { return }
        let isQuiet = model.fault == nil && model.faultEnded == nil && model.isKeyGood && model.keyChange == nil
        let hasEnded = model.phases[job]?.isTerminal == true && !model.forgotten.contains(job)
        let isSure = isQuiet && hasEnded && (job != .absent || model.changes[job] == nil)
        let outcome = try await Shell.run(
            "timeout \"$2\" cat \"$1\"",
            [world.mountPoints[mount].appending("jobs/\(job.rawValue)/.wait").string, isSure ? "30" : "1"], timeout: 40)
        if outcome.status == 0 {
            guard hasEnded || model.forgotten.contains(job) || !isQuiet else {
                throw Wrong(what: ".wait ended while the job runs: \(outcome.text)")
            }
            guard outcome.text.split(separator: "\n").count == 1 else {
                throw Wrong(what: ".wait says \(outcome.text)")
            }
            if hasEnded, model.phases[job] != .unknown { model.ended[mount, default: []].insert(job) }
        } else if isSure {
            throw Wrong(what: ".wait of a job that has ended: status \(outcome.status), \(outcome.errors)")
        }
    }

    /// All faults are taken back, and everything is looked at until it is as the API has it.
    private func settle() async throws {
        world.emulator.clearFaults()
        try await world.freeDisk()
        world.setKey(model.key, good: true)
        if !model.isKeyGood { model.keyChanged() }
        if model.fault != nil { model.faultEnded = .now }
        (model.fault, model.isDiskFull, model.isKeyGood) = (nil, false, true)
        if world.mounted.isEmpty { try await mount(0) }
        for mount in model.madeOnFullDisk.sorted() {
            try await unmount(mount)
            try await self.mount(mount)
        }
        while !model.isKeyKnown {
            for mount in world.mounted { _ = await Look.list(world.mountPoints[mount].appending("jobs")) }
            try await Task.sleep(for: .milliseconds(200))
        }
        let end = ContinuousClock.now + .seconds(60)
        var strict = model
        strict.settled()
        for mount in world.mounted {
            for job in Cast.allCases {
                for part in Part.all { try await settle(part, job, mount, strict, before: end) }
            }
        }
        model.settled()
    }

    private func settle(_ part: Part, _ job: Cast, _ mount: Int, _ strict: Model, before end: ContinuousClock.Instant)
        async throws
    {
        while true {
            let allowed = strict.allowed(part, of: job, on: mount)
            let found = await Look.read(path(part, job, mount))
            switch found {
            case .error(ENOENT) where allowed.contents.contains(.absent): return
            case .error(let code) where allowed.errors.contains(code): return
            case .bytes(let bytes) where allowed.contents.contains { Self.fits(bytes, Found(found), $0) }:
                model.note(part, of: job, on: mount, read: bytes)
                return
            default: break
            }
            guard ContinuousClock.now < end else {
                let seen =
                    switch found {
                    case .bytes(let bytes): "\(bytes.count) bytes, \(Self.head(bytes))"
                    case let other: "\(other)"
                    }
                throw Wrong(
                    what:
                        "\(part) of \(job) on \(mount) does not become what the API has: \(seen), allowed: \(Self.told(allowed))"
                )
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
