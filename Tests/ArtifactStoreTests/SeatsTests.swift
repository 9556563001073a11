import PulseTestSupport
import Synchronization
import Testing

@testable import ArtifactStore

@Suite("Seats", .timeLimit(.minutes(2)))
struct SeatsTests {
    private final class Counts: Sendable {
        private let state = Mutex((now: 0, most: 0, all: 0))

        var most: Int { state.withLock { $0.most } }
        var all: Int { state.withLock { $0.all } }

        func begin() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) } }

        func end() { state.withLock { $0.now -= 1 } }
    }

    @Test("as many hold a seat as there are, first come, first served, and 10,000 who wait all get one")
    func turns() async {
        let seats = Seats(3)
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10_000 {
                group.addTask {
                    let seat = await seats.take()
                    counts.begin()
                    await Task.yield()
                    counts.end()
                    withExtendedLifetime(seat) {}
                }
            }
        }
        #expect(counts.most <= 3 && counts.all == 10_000)
    }

    @Test("whoever is cancelled leaves without a seat, and takes none from those behind")
    func cancelled() async {
        let seats = Seats(1)
        var held = await seats.take()
        #expect(held != nil)
        let leaver = Task { await seats.take() == nil }
        let stayer = Task { await seats.take() != nil }
        leaver.cancel()
        #expect(await leaver.value)
        held = nil
        #expect(await stayer.value)
    }
}
