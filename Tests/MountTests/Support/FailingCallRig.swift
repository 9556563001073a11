import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage

/// A rig whose programs make calls that can be made to fail, and sample jobs whose files are known.
struct FailingCallRig {
    let rig: Rig
    let calls: FailingCalls
    /// By a path without links in it.
    let cache: FilePath
    private let samples: SampleFiles

    static func with<Value: Sendable>(_ body: (FailingCallRig) async throws -> Value) async throws -> Value {
        try await Rig.with { (rig) async throws in
            let scratch = try await Shell.run("realpath \"$1\"", [rig.scratch.path.string]).lines.first ?? ""
            let cache = FilePath(scratch).appending("cache")
            let calls = try FailingCalls(below: cache, board: rig.scratch.appending("board"))
            let samples = try await SampleFiles(rig.emulator)
            return try await body(FailingCallRig(rig: rig, calls: calls, cache: cache, samples: samples))
        }
    }

    /// Mounts with calls that can be made to fail, for the length of `body`.
    func mounted<Value: Sendable>(
        options: [String] = [], _ body: (MountedPulseFS) async throws -> Value
    ) async throws -> Value {
        try await rig.mounted(
            options: options, cache: cache, environment: calls.environment.merging(elsewhere) { $1 }, body)
    }

    /// Where what can be fetched only once is kept while the cache takes nothing.
    var elsewhere: [String: String] { ["XDG_STATE_HOME": rig.scratch.appending("state").string] }

    func add(_ job: SampleJob) { rig.emulator.add(job: samples.emulated(job)) }

    func read(_ jobs: SampleJob..., by mount: MountedPulseFS) async throws -> ReadFiles {
        try await read(jobs, by: mount)
    }

    func read(_ jobs: [SampleJob], by mount: MountedPulseFS) async throws -> ReadFiles {
        var files: [String: [UInt8]] = [:]
        for job in jobs {
            for (name, bytes) in samples.files(job) { files["jobs/\(job.name)/\(name)"] = bytes }
        }
        return try await mount.read(files, keptIn: rig.scratch.path)
    }

    /// Adds a job, and reads it with no call failing.
    func expectWhole(_ job: SampleJob, _ mount: MountedPulseFS) async throws {
        add(job)
        let found = try await read(job, by: mount)
        guard found.areWhole else {
            throw MountedPulseFS.Failure(description: "\(job.name): \(found.summary); \(mount.process.errors)")
        }
    }

    /// The calls that it takes to read a job, in a process that has read another before.
    func callsToRead(
        _ job: (String) -> SampleJob, _ mount: MountedPulseFS
    ) async throws -> FailingCalls.Counts {
        // What is done once in the life of a process is not of this.
        try await expectWhole(job("first"), mount)
        let before = calls.counts
        try await expectWhole(job("counted"), mount)
        return calls.counts.since(before)
    }

    /// Adds a job, reads it with a call failing, and again without. False when the daemon is no more.
    func fetch(
        _ job: SampleJob, _ mount: MountedPulseFS, with call: FailingCall, _ report: inout FailingCallReport
    ) async throws -> Bool {
        add(job)
        calls.fail(call)
        let during = try await read(job, by: mount)
        let struck = calls.mend()
        var problems: [String] = []
        if !during.areWholeOrFailed { problems.append("readers got: \(during.summary)") }
        guard !mount.process.hasEnded else {
            problems.append("the daemon ended: \(mount.process.errors.suffix(300))")
            report.note(call, struck, during: during.summary, after: "", problems)
            return false
        }
        let after = try await read(job, by: mount)
        if !after.areWhole { problems.append("afterwards: \(after.summary)") }
        problems += linkProblems(job)
        report.note(call, struck, during: during.summary, after: after.summary, problems)
        return true
    }

    /// Reads what was read before, by a mount of its own, in which no call fails.
    func expectWholeAfterwards(_ jobs: [SampleJob], options: [String] = [], _ report: inout FailingCallReport)
        async throws
    {
        try await rig.mounted(options: options, cache: cache) { (mount) async throws in
            for start in stride(from: 0, to: jobs.count, by: 16) {
                let some = Array(jobs[start..<min(start + 16, jobs.count)])
                let found = try await read(some, by: mount)
                report.noteRemount((found.areWhole ? [] : [found.summary]) + some.flatMap(linkProblems))
            }
        }
    }

    /// A link is not asked again once it was spent.
    func linkProblems(_ job: SampleJob) -> [String] {
        let requests = rig.emulator.requests(matching: job.link)
        guard let spent = requests.firstIndex(where: { $0.status == 200 && $0.progress == .complete }),
            spent != requests.index(before: requests.endIndex)
        else { return [] }
        return ["the link was asked again after it was spent: \(requests.map { $0.status ?? 0 })"]
    }
}

extension FailingCalls.Counts {
    /// What was counted since.
    func since(_ before: Self) -> Self {
        reduce(into: [:]) { counts, entry in
            let more = entry.value - (before[entry.key] ?? 0)
            if more > 0 { counts[entry.key] = more }
        }
    }
}
