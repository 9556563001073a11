import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// Any call about a file of the cache may fail at any time: readers then get right bytes or an error, nothing that can be
/// fetched only once is lost, and when the disk is well again all is whole.
///
/// Each test first counts the calls that something takes, and then lets every one of them fail, each in one of the ways in which it
/// can. `PULSEFS_TEST_EVERY_CALL=1` lets each fail in all of them.
@Suite("Failing calls", .takingTurns, .timeLimit(.minutes(30)))
struct FailingCallTests {
    @Test("S5.7 S7.6: a job and its image are read whole or not at all, whichever call fails")
    func image() async throws {
        try await FailingCallRig.with { (rig) async throws in
            var report = FailingCallReport("image")
            var calls = try await rig.mounted { (mount) async throws in
                FailingCallPlan.calls(try await rig.callsToRead({ .picture($0) }, mount), atMost: 10)[...]
            }
            var jobs: [SampleJob] = []
            while !calls.isEmpty {
                // One that ends the process is followed by a mount of its own.
                try await rig.mounted { (mount) async throws in
                    while let call = calls.popFirst() {
                        let job = SampleJob.picture("picture-\(jobs.count)")
                        jobs.append(job)
                        guard try await rig.fetch(job, mount, with: call, &report) else { return }
                    }
                }
            }
            try await rig.expectWholeAfterwards(jobs, &report)
            try report.publish()
            #expect(report.faults.isEmpty, "\(report.faults.joined(separator: "\n"))")
        }
    }

    @Test("S5.7 S7.6: what is in a cache is there after a start, whichever call of it fails")
    func start() async throws {
        try await FailingCallRig.with { (rig) async throws in
            var report = FailingCallReport("start")
            let filled = try await rig.fillCache()
            try await rig.restore(filled)
            try await rig.mounted { (mount) async throws in try await rig.waitUntilMended(mount) }
            // Each takes two mounts.
            for call in FailingCallPlan.calls(rig.calls.counts, atMost: 2) {
                try await rig.restore(filled)
                try await rig.start(filled, with: call, &report)
            }
            try report.publish()
            #expect(report.faults.isEmpty, "\(report.faults.joined(separator: "\n"))")
        }
    }

    @Test("S3.3 S7.6: files are read whole and what cannot be had again stays, whichever call of an eviction fails")
    func eviction() async throws {
        try await FailingCallRig.with { (rig) async throws in
            var report = FailingCallReport("eviction")
            let options = ["--cache-size", "2M"]
            let once = SampleJob.once("kept")
            var jobs: [SampleJob] = []
            try await rig.mounted(options: options) { (mount) async throws in
                try await rig.expectWhole(once, mount)
                func next() -> SampleJob {
                    jobs.append(.picture("picture-\(jobs.count)"))
                    return jobs[jobs.count - 1]
                }
                for _ in 1...10 { try await rig.expectWhole(next(), mount) }
                #expect(try await rig.boundsProblems() == [])
                let before = rig.calls.counts
                try await rig.expectWhole(next(), mount)
                #expect(try await rig.boundsProblems() == [])
                let counts = rig.calls.counts.since(before).filter { site, _ in
                    // The others are of the job that makes it necessary.
                    [.index, .evictionLock, .other].contains(site.place)
                        || site.place == .blobs && [.stat, .unlink].contains(site.kind)
                }
                for call in FailingCallPlan.calls(counts, atMost: 12) {
                    guard try await rig.fetch(next(), mount, with: call, &report) else { return }
                    try await rig.expectWhole(next(), mount)
                }
            }
            try await rig.expectWholeAfterwards([once] + jobs, options: options, &report)
            try report.publish()
            #expect(report.faults.isEmpty, "\(report.faults.joined(separator: "\n"))")
        }
    }
}

extension FailingCallRig {
    /// A cache as processes that were killed have left it, and the jobs in it.
    fileprivate struct FilledCache {
        let path: FilePath
        let jobs: [SampleJob]
    }

    /// Has files of every kind, a log of the index that was not taken in, a result that was fetched and not taken apart, and one
    /// whose download was not put away.
    fileprivate func fillCache() async throws -> FilledCache {
        let (arrived, delivered) = (SampleJob.once("arrived"), SampleJob.once("delivered"))
        for (job, step) in [(arrived, "downloaded:1"), (delivered, "delivered:1")] {
            add(job)
            try? await rig.mounted(cache: cache, environment: ["PULSEFS_TEST_DIE_AT": step]) { mount in
                _ = try await read(job, by: mount)
                guard await mount.process.ended(within: .seconds(20)) != nil else {
                    throw MountedPulseFS.Failure(description: "\(step) was not reached")
                }
            }
        }
        let whole: [SampleJob] = [.once("whole"), .picture("picture")]
        try? await rig.mounted(cache: cache) { mount in
            for job in whole { try await expectWhole(job, mount) }
            mount.process.signal(SIGKILL)
            _ = await mount.process.ended(within: .seconds(10))
        }
        let path = rig.scratch.appending("filled")
        let moved = try await Shell.run(
            "echo stale > \"$1\"/spool/stale && mv \"$1\" \"$2\"", [cache.string, path.string])
        guard moved.status == 0 else { throw MountedPulseFS.Failure(description: moved.errors) }
        return FilledCache(path: path, jobs: [arrived, delivered] + whole)
    }

    fileprivate func restore(_ filled: FilledCache) async throws {
        let copied = try await Shell.run(
            "rm -rf \"$1\" && cp -a \"$2\" \"$1\"", [cache.string, filled.path.string])
        guard copied.status == 0 else { throw MountedPulseFS.Failure(description: copied.errors) }
    }

    /// Returns when what killed processes have left is put right, which a mount does while it is in use.
    fileprivate func waitUntilMended(_ mount: MountedPulseFS) async throws {
        try await rig.eventually {
            try await Shell.run("[ ! -e \"$1\"/claims/*-delivered ]", [cache.string]).status == 0
        }
    }

    /// Mounts a filled cache with a call failing, reads all of it, and again when no call fails; then by another mount.
    fileprivate func start(
        _ filled: FilledCache, with call: FailingCall, _ report: inout FailingCallReport
    ) async throws {
        var (during, after) = ("", "")
        var problems: [String] = []
        var struck: FailingCalls.Struck?
        calls.fail(call)
        do {
            try await mounted { (mount) async throws in
                let found = try await read(filled.jobs, by: mount)
                struck = calls.mend()
                during = found.summary
                if !found.areWholeOrFailed { problems.append("it was: \(found.summary)") }
                if mount.process.hasEnded { problems.append("the daemon ended: \(mount.process.errors.suffix(300))") }
                var again = try await read(filled.jobs, by: mount)
                after = again.summary
                if mount.process.errors.contains("is kept until the mount ends") {
                    // It works without the cache until it ends, and takes nothing in that can be fetched only once.
                    again = again.without { $0.contains("/arrived/") && found.areWholeOrFailed }
                }
                if !again.areWhole { problems.append("afterwards: \(again.summary); \(mount.process.errors)") }
            }
        } catch {
            // It may say that it cannot start, in a line.
            struck = calls.mend()
            during = "refused: \(error)"
            if !"\(error)".contains("ended without saying") { problems.append("\(error)") }
        }
        try await rig.mounted(cache: cache) { (mount) async throws in
            let found = try await read(filled.jobs, by: mount)
            if !found.areWhole { problems.append("after a remount: \(found.summary)") }
            problems += filled.jobs.flatMap(linkProblems)
        }
        report.note(call, struck, during: during, after: after, problems)
    }

    /// What is wrong with the bounds of a cache of 2 MB, if that does not end: blobs may take some more while they arrive.
    fileprivate func boundsProblems() async throws -> [String] {
        let script = """
            for try in {1..60}; do
                used=$(du -sk "$1"/blobs | cut -f1)
                [ "$used" -gt 2560 ] || exit
                sleep 0.05
            done
            echo "the blobs take $used KB"
            """
        return try await Shell.run(script, [cache.string]).lines
    }
}
