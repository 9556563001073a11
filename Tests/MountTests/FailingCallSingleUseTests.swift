import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// What can be fetched only once is whole or untouched, whichever call about a file of the cache fails.
@Suite("Failing calls of a single-use fetch", .takingTurns, .timeLimit(.minutes(30)))
struct FailingCallSingleUseTests {
    @Test(
        "S3.5: the readers of a mount get it whole or an error, the link is not asked in vain, and the next look is whole"
    )
    func readers() async throws {
        try await FailingCallRig.with { (rig) async throws in
            var report = FailingCallReport("single-use")
            var calls = try await rig.mounted { (mount) async throws in
                FailingCallPlan.calls(try await rig.callsToRead({ .once($0) }, mount))[...]
            }
            var jobs: [SampleJob] = []
            while !calls.isEmpty {
                // One that ends the process is followed by a mount of its own.
                try await rig.mounted { (mount) async throws in
                    while let call = calls.popFirst() {
                        let job = SampleJob.once("once-\(jobs.count)")
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

    @Test("S3.5: pulsefs fetch brings it whole or says that it did not, and the next one does")
    func command() async throws {
        try await FailingCallRig.with { (rig) async throws in
            var report = FailingCallReport("fetch")
            // What is done once in the life of a cache is not of this.
            #expect(try await rig.fetchCommand(.once("first")).status == 0)
            let before = rig.calls.counts
            #expect(try await rig.fetchCommand(.once("counted")).status == 0)
            var jobs: [SampleJob] = []
            for call in FailingCallPlan.calls(rig.calls.counts.since(before), atMost: 4) {
                let job = SampleJob.once("once-\(jobs.count)")
                jobs.append(job)
                rig.calls.fail(call)
                let during = try await rig.fetchCommand(job)
                let struck = rig.calls.mend()
                var problems: [String] = []
                if ![0, 1].contains(during.status) { problems.append("status \(during.status): \(during.errors)") }
                let after = try await rig.fetchCommand(job)
                if after.status != 0 { problems.append("afterwards: \(after.errors)") }
                problems += rig.linkProblems(job)
                report.note(
                    call, struck, during: "\(during.status) \(during.lines + [during.errors])",
                    after: "\(after.status) \(after.errors)", problems)
            }
            try await rig.expectWholeAfterwards(jobs, &report)
            try report.publish()
            #expect(report.faults.isEmpty, "\(report.faults.joined(separator: "\n"))")
        }
    }
}

extension FailingCallRig {
    /// Adds a job unless it is there, and runs `pulsefs fetch` on it.
    fileprivate func fetchCommand(_ job: SampleJob) async throws -> Shell.Outcome {
        if rig.emulator.job(job.name) == nil { add(job) }
        let environment = rig.environment().merging(["PULSEFS_CACHE_DIR": cache.string]) { $1 }
            .merging(elsewhere) { $1 }
        return try await Shell.run(
            "exec env LD_PRELOAD=\"$PRELOADED\" \"$P\" fetch \"$1\"", [job.name],
            environment: environment.merging([
                "PRELOADED": calls.environment["LD_PRELOAD"] ?? "",
                "FAILING_CALLS": calls.environment["FAILING_CALLS"] ?? "",
            ]) { $1 }, timeout: 30)
    }
}
