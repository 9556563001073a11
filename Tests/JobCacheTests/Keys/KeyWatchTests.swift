import PulseAPI
import Testing

@testable import JobCache

/// The decisions about a key, with a clock of the test's own: seconds since the watch began.
@Suite("Key watch")
struct KeyWatchTests {
    private static let start = ContinuousClock.now

    private func at(_ seconds: Int) -> KeyWatch.Instant { Self.start + .seconds(seconds) }

    private func watch(_ offline: OfflinePolicy = .read, memory: KeyWatch.Memory? = nil) -> KeyWatch {
        KeyWatch(KeyRules(ttl: .seconds(600), offline: offline), memory: memory, at: at(0))
    }

    private static func reason(_ door: KeyWatch.Door) -> Failure.Reason? {
        if case .closed(let reason, _) = door { reason } else { nil }
    }

    /// A watch whose key was called good at second 0.
    private func good(_ offline: OfflinePolicy = .read) -> KeyWatch {
        var watch = watch(offline)
        #expect(watch.accepted(at: at(0)) == [.remember(refused: false)])
        return watch
    }

    /// A watch whose key was refused at second 0.
    private func refused() -> KeyWatch {
        var watch = good()
        watch.began()
        #expect(watch.ended(.refused("no"), at: at(0)) == [.remember(refused: true), .close("no")])
        return watch
    }

    @Test("S4.2 a mount that nobody uses asks nothing, however long")
    func unused() {
        var watch = good()
        for second in [1, 600, 86_400] {
            let (effects, isDue) = watch.tick(at: at(second), isInUse: false)
            #expect(effects.isEmpty && !isDue)
        }
    }

    @Test(
        "S4.2 a check is due every ttl while someone asks, or while the kernel holds something",
        arguments: [true, false])
    func due(_ byKernel: Bool) {
        var watch = good()
        if !byKernel { #expect(watch.asked() == .open) }
        #expect(!watch.tick(at: at(599), isInUse: byKernel).isDue)
        #expect(watch.tick(at: at(600), isInUse: byKernel).isDue)
        watch.began()
        // One at a time.
        _ = watch.asked()
        #expect(!watch.tick(at: at(601), isInUse: true).isDue)
        #expect(watch.ended(.good, at: at(601)) == [.remember(refused: false)])
        #expect(!watch.tick(at: at(1200), isInUse: true).isDue)
        #expect(watch.tick(at: at(1201), isInUse: true).isDue)
    }

    @Test("S4.2 an answer about a job is as good as a check, and is not written down each time")
    func accepted() {
        var watch = good()
        #expect(watch.accepted(at: at(10)).isEmpty)
        #expect(watch.accepted(at: at(300)) == [.remember(refused: false)])
        #expect(watch.accepted(at: at(301)).isEmpty)
        #expect(!watch.tick(at: at(900), isInUse: true).isDue)
        #expect(watch.tick(at: at(901), isInUse: true).isDue)
    }

    @Test("S4.2 a refusal closes, once")
    func closes() {
        var watch = refused()
        #expect(watch.door == .closed(.keyRefused, "no"))
        #expect(watch.word == "refused")
        watch.began()
        #expect(watch.ended(.refused("still no"), at: at(10)).isEmpty)
        #expect(watch.asked() == .closed(.keyRefused, "still no"))
    }

    @Test("S4.2 what is closed asks again after a few seconds, if someone wants in, and not because of the kernel")
    func asksAgain() {
        var watch = refused()
        #expect(!watch.tick(at: at(600), isInUse: true).isDue)
        _ = watch.asked()
        #expect(!watch.tick(at: at(4), isInUse: false).isDue)
        #expect(watch.tick(at: at(5), isInUse: false).isDue)
    }

    @Test("S4.2 only a check opens what is closed: an answer that was on its way does not")
    func opens() {
        var watch = refused()
        #expect(watch.accepted(at: at(1)).isEmpty)
        #expect(watch.door != .open)
        watch.began()
        #expect(watch.ended(.unknown("silence"), at: at(2)).isEmpty)
        #expect(watch.door != .open)
        watch.began()
        #expect(watch.ended(.good, at: at(3)) == [.remember(refused: false), .open])
        #expect(watch.door == .open)
    }

    @Test("S4.2 an API that does not answer closes nothing, and is asked again at its leisure")
    func unreachable() {
        var watch = good()
        for second in stride(from: 600, to: 6000, by: 600) {
            _ = watch.asked()
            watch.began()
            #expect(watch.ended(.unknown("silence"), at: at(second)).isEmpty)
            #expect(watch.asked() == .open)
            #expect(!watch.tick(at: at(second + 29), isInUse: true).isDue)
            #expect(watch.tick(at: at(second + 30), isInUse: true).isDue)
        }
        #expect(watch.word == "unconfirmed")
    }

    @Test("S4.2 with deny, what nobody has confirmed for the ttl waits for a check, and silence closes it")
    func deny() {
        var watch = good(.deny)
        #expect(watch.tick(at: at(599), isInUse: true).effects.isEmpty)
        #expect(watch.door == .open)
        #expect(watch.tick(at: at(600), isInUse: true).isDue)
        #expect(watch.door == .pending)
        watch.began()
        #expect(watch.ended(.unknown("silence"), at: at(601)) == [.close("silence")])
        #expect(watch.door == .closed(.keyUnconfirmed, "silence"))
        #expect(watch.word == "unconfirmed")
        #expect(watch.tick(at: at(606), isInUse: true).isDue)
        watch.began()
        #expect(watch.ended(.good, at: at(607)) == [.remember(refused: false), .open])
    }

    @Test("S4.2 with deny, a silence from before the ttl passed counts for nothing")
    func denyOldSilence() {
        var watch = good(.deny)
        watch.began()
        #expect(watch.ended(.unknown("silence"), at: at(10)).isEmpty)
        #expect(watch.door == .open)
        #expect(watch.tick(at: at(600), isInUse: true) == ([], true))
        #expect(watch.door == .pending)
    }

    @Test(
        "S4.2 an earlier mount's good answer counts for what is left of the ttl",
        arguments: [0, 100, 599, 600, 5000, -1])
    func remembersGood(age: Int) {
        var watch = watch(memory: .init(age: .seconds(age), isRefused: false))
        #expect(watch.asked() == .open)
        let left = age < 0 ? 0 : max(0, 600 - age)
        #expect(watch.tick(at: at(left), isInUse: false).isDue)
        if left > 0 { #expect(!watch.tick(at: at(left - 1), isInUse: false).isDue) }
    }

    @Test("S4.2 an earlier mount's refusal stays closed until the API says otherwise")
    func remembersRefusal() {
        var watch = watch(memory: .init(age: .seconds(5), isRefused: true))
        #expect(watch.asked() == .pending)
        #expect(watch.accepted(at: at(0)).isEmpty)
        #expect(watch.tick(at: at(0), isInUse: false).isDue)
        var offline = watch
        offline.began()
        #expect(offline.ended(.unknown("silence"), at: at(1)).count == 1)
        #expect(Self.reason(offline.door) == .keyRefused)
        watch.began()
        #expect(watch.ended(.good, at: at(1)) == [.remember(refused: false)])
        #expect(watch.door == .open)
    }

    @Test("S4.2 a key that comes while all is closed opens it with the API's word, not before")
    func replacedWhileClosed() {
        for (verdict, effects) in [
            (KeyVerdict.good, [KeyWatch.Effect.remember(refused: false), .open]),
            (.refused("no"), [.remember(refused: true)]),
        ] {
            var watch = refused()
            watch.began()
            #expect(watch.replaced(memory: nil, at: at(6)).isEmpty)
            #expect(watch.door == .pending)
            #expect(watch.ended(verdict, at: at(7)) == effects)
            #expect((watch.door == .open) == (verdict == .good))
        }
    }

    @Test("S7.2 a key that comes in good times changes nothing for those who read")
    func replaced() {
        var watch = good()
        watch.began()
        #expect(watch.replaced(memory: nil, at: at(600)).isEmpty)
        #expect(watch.door == .open)
        #expect(watch.word == "unchecked")
        #expect(watch.ended(.good, at: at(601)) == [.remember(refused: false)])
    }

    @Test("a short ttl shortens every pause")
    func shortTTL() {
        let rules = KeyRules(ttl: .seconds(1))
        #expect(rules.pauseWhileOpen == .seconds(1) && rules.pauseWhileClosed == .seconds(1))
    }
}
