import ArtifactStore
import PulseAPI
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SharedStore
import Testing
import Transfer

@testable import JobCache

@Suite("What machines tell each other of keys", .timeLimit(.minutes(1))) struct KeyVerdictTests {
    private static let ttl = Duration.seconds(600)

    private func key(_ text: String) throws -> APIKey { try #require(APIKey(text)) }

    @Test func whatTheAPISaidCountsForAsLongAsItDoesOnOneMachine() async throws {
        try await PollingFleet.with { fleet in
            let (one, two) = (try fleet.machine(), try fleet.machine())
            let key = try key("a-key")
            #expect(await two.tier.verdict(of: key, within: Self.ttl) == nil)
            one.tier.note(key, isGood: true)
            await one.flush()
            let age = try #require(await two.tier.verdict(of: key, within: Self.ttl))
            #expect(age >= .zero && age <= .seconds(2))
            #expect(await two.tier.verdict(of: try self.key("another-key"), within: Self.ttl) == nil)
            fleet.time.pass(.seconds(598))
            #expect(await two.tier.verdict(of: key, within: Self.ttl) == .seconds(599))
            fleet.time.pass(.seconds(1))
            #expect(await two.tier.verdict(of: key, within: Self.ttl) == nil)
        }
    }

    @Test func aRefusalIsBelievedOfNobodyAndEndsWhatWasBelieved() async throws {
        try await PollingFleet.with { fleet in
            let (one, two) = (try fleet.machine(), try fleet.machine())
            let key = try key("a-key")
            one.tier.note(key, isGood: true)
            await one.flush()
            one.tier.note(key, isGood: false)
            await one.flush()
            #expect(await two.tier.verdict(of: key, within: Self.ttl) == nil)
            let name = try #require(
                fleet.objects.contents.keys.first { $0.hasPrefix("1/k/") }.flatMap { ObjectKey($0) })
            fleet.objects.plant(Array("good".utf8), at: name)
            #expect(await two.tier.verdict(of: key, within: Self.ttl) == nil)
            #expect(two.tier.rejected == 1)
        }
    }

    @Test func oneMachineAsksTheAPIUnlessTheKeyIsInDoubt() async throws {
        try await PollingFleet.with { fleet in
            try await Emulator.with { (emulator) async throws in
                let engine = TransferEngine(.init(userAgent: "pulsefs-tests"))
                let client = PulseClient(
                    origin: try #require(APIOrigin(emulator.baseURL)), engine: engine, persistence: .none,
                    keys: FixedKeys())
                let machines = try (0..<3).map { _ in try fleet.machine() }
                let good = try key(TestTree.northwind)
                for machine in machines {
                    let said = await machine.tier.verdict(
                        of: good, isDoubted: false, within: Self.ttl, asking: client)
                    #expect(said.verdict == .good)
                    await machine.flush()
                }
                #expect(emulator.count() == 1)
                _ = await machines[0].tier.verdict(of: good, isDoubted: true, within: Self.ttl, asking: client)
                #expect(emulator.count() == 2)
                let bad = try key("no-such-key")
                for machine in machines {
                    guard
                        case .refused = await machine.tier.verdict(
                            of: bad, isDoubted: false, within: Self.ttl, asking: client
                        ).verdict
                    else {
                        Issue.record("a bad key is not refused")
                        return
                    }
                    await machine.flush()
                }
                #expect(emulator.count() == 5)
                await engine.shutDown()
            }
        }
    }

    private struct FixedKeys: KeySource {
        var key: APIKey? { nil }
        func wasAccepted(_ key: APIKey) async {}
        func wasRefused(_ key: APIKey) async -> APIKey? { nil }
    }
}
