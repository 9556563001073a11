import Foundation
import PulseTestSupport
import SystemPackage

/// What came of letting one call after the other fail.
struct FailingCallReport {
    let scenario: String
    /// Calls that were made to fail, and failed.
    private(set) var points = 0
    /// Calls that did not come this time.
    private(set) var unreached = 0
    /// What must not be, with the call that led to it.
    private(set) var faults: [String] = []
    private var rows: [String] = []
    private let began = ContinuousClock.now

    init(_ scenario: String) { self.scenario = scenario }

    /// Takes in what was seen with one call failing; `struck` is nil when it did not come. `problems` are what must not be.
    mutating func note(
        _ call: FailingCall, _ struck: FailingCalls.Struck?, during: String, after: String, _ problems: [String]
    ) {
        if struck == nil { unreached += 1 } else { points += 1 }
        faults += problems.map { "\(call): \($0)" }
        let frames = struck?.frames.map { "0x" + String($0, radix: 16) }.joined(separator: " ") ?? "did not come"
        rows.append(
            [scenario, "\(call)", struck?.path ?? "", during, after, problems.joined(separator: "; "), frames]
                .map { $0.replacingOccurrences(of: "\n", with: " ") }.joined(separator: "\t"))
    }

    /// Takes in what was noticed later of a call that failed.
    mutating func note(_ call: FailingCall, _ problems: [String]) {
        faults += problems.map { "\(call), later: \($0)" }
        rows += problems.map { [scenario, "\(call) later", "", "", "", $0, ""].joined(separator: "\t") }
    }

    /// Takes in what a later mount had of it all, when no call failed any more.
    mutating func noteRemount(_ problems: [String]) {
        faults += problems.map { "after a remount: \($0)" }
        rows += problems.map { [scenario, "remount", "", "", "", $0, ""].joined(separator: "\t") }
    }

    /// Says how much was tried, and writes all of it down where `PULSEFS_TEST_CALLS_TABLE` names a directory.
    func publish() throws {
        let took = began.duration(to: .now)
        print("\(scenario): \(points) calls failed, \(unreached) did not come, \(faults.count) faults, \(took)")
        guard let directory = ProcessInfo.processInfo.environment["PULSEFS_TEST_CALLS_TABLE"] else { return }
        let text = rows.map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(scenario).tsv"))
    }
}

/// Which calls are made to fail, and how.
enum FailingCallPlan {
    /// Each with every error and in every manner; else each once, with its errors in turn.
    static let isExhaustive = ProcessInfo.processInfo.environment["PULSEFS_TEST_EVERY_CALL"] != nil

    /// Calls that were counted; of each kind about a place, unless all are tried, so many at the most, the first and the last
    /// among them.
    static func calls(_ counts: FailingCalls.Counts, atMost limit: Int = .max) -> [FailingCall] {
        let sites = counts.keys.sorted { ($0.place.rawValue, $0.kind.rawValue) < ($1.place.rawValue, $1.kind.rawValue) }
        var calls: [FailingCall] = []
        for site in sites {
            let ways = site.kind.ways
            for number in numbers(of: counts[site] ?? 0, atMost: isExhaustive ? .max : limit) {
                // Neighbours differ, so that a few of them try all.
                for way in isExhaustive ? ways : [ways[calls.count % ways.count]] {
                    calls.append(FailingCall(kind: site.kind, place: site.place, number: number, way: way))
                }
            }
        }
        return calls
    }

    private static func numbers(of count: Int, atMost limit: Int) -> [Int] {
        guard count > limit, limit > 1 else { return Array(1...max(1, count)) }
        return (0..<limit).map { 1 + $0 * (count - 1) / (limit - 1) }
    }
}
