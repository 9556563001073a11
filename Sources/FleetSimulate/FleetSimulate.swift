import ArgumentParser
import ArtifactStore
import Foundation
import Logging
import PulseFS
import SystemPackage

/// What a store costs a fleet, and what becomes of results: the product's own decisions and what stands around them, for as many mounts as
/// are wanted, on a clock that stands still while something is done and on a store in memory.
@main
struct FleetSimulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet-simulate",
        abstract: "Simulates many mounts that share a store.",
        discussion:
            "Exit codes: 0 when every aim is reached, 1 when one is missed, 64 for a mistake in the command line.")

    @Option(help: "Mounts that want one job, 2 to 10000; of a single-use result at most 8.")
    var mounts = 200

    @Option(help: "How long the running job takes, in seconds.")
    var seconds = 600

    @Option(help: "How often a single-use result is wanted, each time with other mishaps.")
    var runs = 300

    @Option(help: "The same seed gives the same table.")
    var seed: UInt64 = .random(in: 0...UInt64(UInt32.max))

    func validate() throws {
        guard (2...10_000).contains(mounts) else { throw ValidationError("--mounts: 2 to 10000") }
        guard (10...100_000).contains(seconds) else { throw ValidationError("--seconds: 10 to 100000") }
        guard (0...1_000_000).contains(runs) else { throw ValidationError("--runs: 0 to 1000000") }
    }

    func run() throws {
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        Schedule.takeOver()
        let directory = FilePath(NSTemporaryDirectory()).appending("fleet-simulate-\(getpid())")
        defer { try? FileManager.default.removeItem(atPath: directory.string) }
        // What is written is written at once: the clock stands still meanwhile.
        let store = try ArtifactStore(
            at: directory, descriptors: StoreDescriptors(fetches: 1024, diskWork: 0, indexReaders: 1))
        print("fleet-simulate --mounts \(mounts) --seconds \(seconds) --runs \(runs) --seed \(seed)")
        var report = Report()
        try addJobs(to: &report, store)
        if runs > 0 { try addResults(to: &report, store) }
        print(report.text, terminator: "")
        if report.isMissed { throw ExitCode.failure }
    }

    private func addJobs(to report: inout Report, _ store: ArtifactStore) throws {
        let simulation = JobSimulation(mounts: mounts, seed: seed, store: store)
        let cold = try simulate { time in try await simulation.cold(time) }
        report.add("cold job: requests to the API", cold.requests, atMost: 1)
        report.add(
            "cold job: requests to the store per mount", Self.tenths(cold.traffic.gets + cold.traffic.puts, mounts))
        report.add("cold job: GETs of the store in the busiest second", cold.traffic.peak)
        report.add("cold job: known after, half of the mounts", cold.percentile(50))
        report.add("cold job: known after, 99 of 100", cold.percentile(99))
        report.add("cold job: mounts that do not know", cold.untold, atMost: 0)
        let running = try simulate { time in try await simulation.running(time, seconds: seconds) }
        add("running job of \(seconds) s", running, to: &report, isDisturbed: false)
        let disturbed = try simulate { time in
            try await simulation.running(time, seconds: seconds, deaths: .seconds(100))
        }
        add("the same, the poller killed every 100 s", disturbed, to: &report, isDisturbed: true)
    }

    /// Of a job that takes so long: at 1 s at first, then at 10 s, and once more from the beginning when its status changes.
    private var mostPolls: Int { seconds / 10 + 10 }

    private func add(
        _ name: String, _ figures: JobSimulation.Figures, to report: inout Report, isDisturbed: Bool
    ) {
        // Whoever takes over begins at the interval of the one that died.
        report.add("\(name): polls", figures.requests, atMost: mostPolls)
        report.add("\(name): GETs of the store in the busiest second", figures.traffic.peak)
        report.add("\(name): end told, half of the mounts", figures.percentile(50))
        report.add("\(name): end told, 99 of 100", figures.percentile(99), atMost: .seconds(13))
        report.add("\(name): mounts that are not told", figures.untold, atMost: 0)
    }

    private func addResults(to report: inout Report, _ store: ArtifactStore) throws {
        let simulation = SingleUseSimulation(mounts: min(mounts, 8), store: store)
        var all: [SingleUseSimulation.Run] = []
        for number in 0..<runs {
            let dice = Dice(seed, UInt64(number))
            let own = dice.next()
            let run = try simulate { time in try await simulation.run(time, own) }
            all.append(run)
            if run.outcome.isForbidden || !run.violations.isEmpty {
                print("run \(number): \(run.outcome.rawValue) \(run.violations.first ?? "")\n    \(run.machines)")
            }
        }
        report.add("single use: runs × mounts", "\(runs) × \(min(mounts, 8))")
        for outcome in SingleUseSimulation.Outcome.allCases {
            let count = all.count { $0.outcome == outcome }
            report.add("single use: \(outcome.rawValue)", count, atMost: outcome.isForbidden ? 0 : nil)
        }
        report.add(
            "single use: claims that were not what they must be", all.count { !$0.violations.isEmpty }, atMost: 0)
        report.add("single use: downloads that nothing explains", all.reduce(0) { $0 + $1.unexplained }, atMost: 0)
        report.add(
            "single use: takeovers from machines that were well", all.reduce(0) { $0 + $1.hastyTakeovers }, atMost: 0)
        report.add("single use: takeovers", all.reduce(0) { $0 + $1.takeovers })
        report.add("single use: the link asked per run", Self.tenths(all.reduce(0) { $0 + $1.asked }, runs))
        report.add("single use: the link asked, at most", all.map(\.asked).max() ?? 0)
        let lasted = all.compactMap(\.lasted).sorted()
        if !lasted.isEmpty {
            report.add("single use: all have it after, half of the runs", lasted[lasted.count / 2])
            report.add("single use: all have it after, 99 of 100", lasted[lasted.count * 99 / 100])
        }
    }

    private func simulate<Value: Sendable>(
        _ work: @escaping @Sendable (VirtualTime) async throws -> Value
    ) throws -> Value {
        let time = VirtualTime()
        return try Schedule.run(time) { () async -> Result<Value, any Error> in
            do { return .success(try await work(time)) } catch { return .failure(error) }
        }.get()
    }

    private static func tenths(_ sum: Int, _ count: Int) -> String {
        "\(sum * 10 / count / 10).\(sum * 10 / count % 10)"
    }
}
