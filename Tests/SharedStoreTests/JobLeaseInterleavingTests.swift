import Foundation
import SharedStore
import Testing

/// Every interleaving of some machines that want one job, with whatever may go wrong: nobody takes over too soon, the API is asked once
/// unless there is a reason to, no record names what is not there, a denial stays with whom it was told, and everybody is told in time.
@Suite("Leases, in every interleaving")
struct JobLeaseInterleavingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let world: LeaseWorld
        /// States that are there at least: fewer would say that something is not tried any more.
        let least: Int

        var testDescription: String { name }
    }

    private static let quick = Duration.milliseconds(500)
    /// Longer than a lease is waited for.
    private static let slow = Duration.seconds(7)

    private static let cases =
        [
            Case(name: "three machines", world: LeaseWorld(machines: 3, answer: quick), least: 7000),
            Case(name: "three machines and a slow API", world: LeaseWorld(machines: 3, answer: slow), least: 17_000),
            Case(
                name: "three machines and a death", world: LeaseWorld(machines: 3, deaths: 1, answer: quick),
                least: 110_000),
            Case(
                name: "three machines, one of another key", world: LeaseWorld(machines: 3, denied: 1, answer: quick),
                least: 36_000),
            Case(
                name: "two machines, two faults and a death",
                world: LeaseWorld(machines: 2, faults: 2, deaths: 1, answer: quick), least: 29_000),
            Case(
                name: "two machines, a fault, a death and a slow API",
                world: LeaseWorld(machines: 2, faults: 1, deaths: 1, answer: slow), least: 4400),
            Case(
                name: "two machines, one of another key, a fault and a death",
                world: LeaseWorld(machines: 2, denied: 1, faults: 1, deaths: 1, answer: quick), least: 8700),
            Case(
                name: "two machines, a fault, and an engine that forgets",
                world: LeaseWorld(machines: 2, faults: 1, forgetting: 1, answer: quick), least: 6000),
        ]
        + (ProcessInfo.processInfo.environment["PULSEFS_TEST_EVERY_CLAIM"] == "1"
            ? [
                Case(
                    name: "three machines and a fault", world: LeaseWorld(machines: 3, faults: 1, answer: quick),
                    least: 390_000)
            ] : [])

    @Test("S8.1: one asks for all unless there is a reason, and everybody is told", arguments: cases)
    func everyInterleaving(_ tried: Case) async throws {
        var known: Set<LeaseWorld> = [tried.world]
        var open = [tried.world]
        var (ends, mostAsks) = (0, 0)
        while let world = open.popLast() {
            // Others have the thread in between.
            if known.count % 256 == 0 { await Task.yield() }
            if let trouble = world.trouble {
                Issue.record("\(trouble): \(world)")
                return
            }
            if world.hasEnded {
                ends += 1
                mostAsks = max(mostAsks, world.asks)
            }
            for next in try world.moves() where known.insert(next).inserted { open.append(next) }
        }
        print("leases, \(tried.name): \(known.count) states, \(ends) ends, the API asked \(mostAsks) times at most")
        #expect(ends > 0 && known.count >= tried.least)
        if tried.world.faults == 0, tried.world.deaths == 0, tried.world.answer < JobLease.silence {
            #expect(mostAsks == 1 + tried.world.machines.count(where: \.isDenied))
        }
    }
}
