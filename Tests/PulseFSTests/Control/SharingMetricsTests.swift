import PulseTestSupport
import SharedStore
import Testing

@testable import FUSE
@testable import JobCache
@testable import PulseAPI
@testable import PulseFS

@Suite("Metrics of a shared store", .timeLimit(.minutes(1)))
struct SharingMetricsTests {
    private static func exposition(_ sharing: SharingFigures?) throws -> Exposition {
        var activity = Metrics.Activity()
        activity.sharing = sharing
        return try Exposition(
            Metrics.text(
                OperationCounters(), waiting: 0, requests: RequestScheduler.Snapshot(), key: "good", watched: (0, 0),
                activity: activity))
    }

    @Test("S7.5 a mount that shares a store counts what it is good for, and one without has no such lines")
    func counts() async throws {
        #expect(try Self.exposition(nil).samples.keys.allSatisfy { !$0.hasPrefix("pulsefs_store_") })
        try await PollingFleet.with { fleet in
            let (one, two) = (try fleet.machine(), try fleet.machine())
            one.tier.attend(fleet.id)
            await one.settle(await one.look(fleet.id, isPoll: false), try one.running("first", .seconds(10)))
            _ = await two.look(fleet.id, isPoll: false)
            _ = await two.look(fleet.id)
            let job = try #require(fleet.objects.contents.keys.first { $0.hasPrefix("1/j/") }.flatMap { ObjectKey($0) })
            fleet.objects.plant(Array("forged".utf8), at: job)
            _ = await two.look(fleet.id)
            let (first, second) = (
                try Self.exposition(one.tier.figures), try Self.exposition(two.tier.figures)
            )
            let requests = "pulsefs_store_requests_total"
            #expect(first.samples["\(requests){operation=\"put\",outcome=\"ok\"}"] == 2)
            #expect(first.samples["\(requests){operation=\"get\",outcome=\"absent\"}"] == 1)
            #expect(first.samples["pulsefs_store_leases_total{outcome=\"taken\"}"] == 1)
            #expect(first.samples["pulsefs_store_jobs_polled"] == 1)
            #expect(first.samples["pulsefs_store_state{state=\"ok\"}"] == 1)
            #expect(try #require(first.samples["pulsefs_store_bytes_total{direction=\"sent\"}"]) > 100)
            #expect(second.samples["\(requests){operation=\"get\",outcome=\"unchanged\"}"] == 1)
            #expect(second.samples["pulsefs_store_lookups_total{kind=\"status\",outcome=\"hit\"}"] == 2)
            #expect(second.samples["pulsefs_store_rejected_objects_total{reason=\"not_sealed\"}"] == 1)
            #expect(second.types["pulsefs_store_requests"] == "counter")
        }
    }

    @Test("a store that is lost and found again, an object that is none and a turn that is taken over are events")
    func events() async throws {
        try await PollingFleet.with { fleet in
            let (one, two) = (try fleet.machine(), try fleet.machine())
            one.tier.attend(fleet.id)
            await one.settle(await one.look(fleet.id, isPoll: false), try one.running("first", .seconds(1)))
            _ = await two.look(fleet.id, isPoll: false)
            fleet.time.pass(.seconds(60))
            _ = await two.look(fleet.id)
            #expect(two.tier.events.events.map(\.kind) == [.pollTakenOver])
            let lost = try fleet.machine()
            fleet.fail(.failed(.denied))
            _ = await lost.look(fleet.id)
            fleet.fail(nil)
            #expect(lost.tier.events.events.map(\.kind) == [.storeLost])
            #expect(lost.tier.figures?.health == .away)
        }
    }
}
