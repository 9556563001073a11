import Foundation
import SharedStore
import Testing

/// Every interleaving of some machines that want one result, with whatever may go wrong: what the decisions promise holds in every state
/// that can come about, and leads to the right end from there.
@Suite("Claims, in every interleaving")
struct ClaimInterleavingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let mounts: Int
        let budget: ClaimWorld.Budget
        let spending: ClaimWorld.Spending
        /// How often time goes on: by a moment, or by as much as a claim may be silent.
        let pauses: Int
        /// States that are there at least: fewer would say that something is not tried any more.
        let least: Int

        var testDescription: String { name }
    }

    private static let cases =
        [
            Case(
                name: "two machines and a crash, a link that is spent when it begins", mounts: 2,
                budget: .init(crashes: 1), spending: .atFirstByte, pauses: 2, least: 40_000),
            Case(
                name: "two machines, a crash, and an answer that is lost, late, doubled or none", mounts: 2,
                budget: .init(faults: 1, crashes: 1), spending: .atFirstByte, pauses: 1, least: 90_000),
            Case(
                name: "two machines and a store that forgets", mounts: 2, budget: .init(forgetting: 1),
                spending: .atLastByte, pauses: 1, least: 1000),
            Case(
                name: "three machines", mounts: 3, budget: .init(), spending: .atLastByte, pauses: 1, least: 1000),
        ]
        + (isEverythingTried
            ? [
                Case(
                    name: "two machines and an answer that is lost, late, doubled or none, over two pauses", mounts: 2,
                    budget: .init(faults: 1), spending: .atLastByte, pauses: 2, least: 2_000_000),
                Case(
                    name: "two machines and two such answers", mounts: 2, budget: .init(faults: 2),
                    spending: .atLastByte, pauses: 1, least: 1_000_000),
                Case(
                    name: "three machines and a crash", mounts: 3, budget: .init(crashes: 1),
                    spending: .atLastByte, pauses: 1, least: 100_000),
            ] : [])

    /// Takes many minutes: `PULSEFS_TEST_EVERY_CLAIM=1`.
    private static var isEverythingTried: Bool {
        ProcessInfo.processInfo.environment["PULSEFS_TEST_EVERY_CLAIM"] == "1"
    }

    /// From one state in so many it is tried what comes of it.
    private static let sampling = 64

    @Test(
        "S8.2 no durable byte is lost, no claimant that beats is taken over from, what is delivered stays",
        arguments: cases)
    func everyInterleaving(_ tried: Case) async {
        var known: Set<Int> = []
        var open = [
            ClaimWorld(mounts: tried.mounts, tried.budget, spending: tried.spending, pauses: tried.pauses)
        ]
        while let world = open.popLast() {
            guard known.insert(world.hashValue).inserted else { continue }
            // Others have the thread in between.
            if known.count % 256 == 0 { await Task.yield() }
            if let violation = world.violation {
                Issue.record("\(violation): \(world)")
                return
            }
            if known.count % Self.sampling == 0, let trouble = world.troubleInTheEnd() {
                Issue.record("\(trouble): \(world)")
                return
            }
            open += world.moves()
        }
        print("claims, \(tried.name): \(known.count) states")
        #expect(known.count >= tried.least)
    }
}
