import Testing

@testable import SharedStore

@Suite(.timeLimit(.minutes(10))) struct PollLeaseTests {
    private func etag(_ text: String) throws -> ETag { try #require(ETag(text)) }

    private func seen(
        _ text: String, age: Duration? = .zero, poller: PollLease.Poller = .another, interval: Duration = .seconds(10),
        isDue: Bool = false
    ) throws -> PollLease.Seen {
        PollLease.Seen(etag: try etag(text), interval: interval, age: age, poller: poller, isDue: isDue)
    }

    @Test func whatIsReadIsGoodUntilTheNextAnswerIsDueAndALittleSpread() throws {
        for (chance, expected) in [(0.0, Duration.milliseconds(5_200)), (1.0, .milliseconds(7_700))] {
            var lease = PollLease()
            #expect(lease.next(at: .zero) == .read(unless: nil))
            // Four whole seconds may be five.
            let decision = lease.saw(try seen("a", age: .seconds(4)), at: .zero, chance: chance)
            #expect(decision == .readAgain(after: expected))
            #expect(lease.next(at: expected) == .read(unless: try etag("a")))
            // Whoever came too early comes again soon.
            let again = lease.unchanged(at: expected, chance: chance)
            #expect(again == .readAgain(after: .seconds(2) + .milliseconds(500) * chance))
        }
    }

    @Test(arguments: 0...9) func theEndIsReadWithinThirteenSeconds(_ offset: Int) throws {
        // The poller writes every ten seconds; the engine's clock has whole ones.
        for chance in [0.0, 0.3, 0.7, 1.0] {
            for fraction in [Duration.zero, .milliseconds(400), .milliseconds(990)] {
                var lease = PollLease()
                var now = Duration.milliseconds(1037 * offset) + fraction
                var (worst, last) = (Duration.zero, Duration?.none)
                while now < .seconds(300) {
                    let begun = Duration.seconds(now.components.seconds / 10 * 10) + fraction
                    let written = begun <= now ? begun : begun - .seconds(10)
                    let age = now.components.seconds - written.components.seconds
                    let decision = lease.saw(
                        try seen("v\(written.components.seconds)", age: .seconds(max(0, age))), at: now,
                        chance: chance)
                    guard case .readAgain(let pause) = decision else {
                        Issue.record("a poller that is alive is taken over from")
                        return
                    }
                    // What ended just after the answer before is known now.
                    if let last, written > last { worst = max(worst, now - last) }
                    last = written
                    now += pause
                }
                #expect(worst > .seconds(10) && worst <= .seconds(13), "\(worst)")
            }
        }
    }

    @Test func anObjectThatIsSilentIsTakenOverFromAndNotBefore() throws {
        var lease = PollLease()
        var now = Duration.zero
        var decision = lease.saw(try seen("a"), at: now, chance: 0.5)
        while case .readAgain(let pause) = decision {
            #expect(now < .seconds(26))
            now += pause
            decision = lease.unchanged(at: now, chance: 0.5)
        }
        #expect(decision == .takeOver(try etag("a")))
        #expect(now >= .seconds(26) && now <= .seconds(28.5))
        var other = PollLease()
        // Twenty-seven whole seconds by the engine's clock are more than twenty-six.
        #expect(other.saw(try seen("b", age: .seconds(27)), at: .zero, chance: 0) == .takeOver(try etag("b")))
        var third = PollLease()
        guard case .readAgain = third.saw(try seen("b", age: .seconds(26)), at: .zero, chance: 0) else {
            Issue.record("it is taken over from too soon")
            return
        }
    }

    @Test func whatNobodyPollsForIsTakenOverWhenItIsOutOfDate() throws {
        var lease = PollLease()
        guard case .readAgain = lease.saw(try seen("a", age: .seconds(3), poller: .nobody), at: .zero, chance: 0) else {
            Issue.record("a fresh answer is asked for again")
            return
        }
        #expect(
            lease.saw(try seen("b", poller: .nobody, isDue: true), at: .seconds(5), chance: 0)
                == .takeOver(try etag("b")))
        var other = PollLease()
        #expect(
            other.saw(try seen("c", age: .seconds(11), poller: .nobody), at: .zero, chance: 0)
                == .takeOver(try etag("c")))
    }

    @Test func whoPollsReadsNothingUntilSomethingGoesWrong() throws {
        var lease = PollLease()
        lease.wrote(try etag("a"), interval: .seconds(2), isPoller: true, isDue: false, at: .zero)
        #expect(lease.isPoller)
        #expect(lease.next(at: .seconds(2)) == .poll(try etag("a")))
        // It was away for so long that others have taken over.
        #expect(lease.next(at: .seconds(6)) == .read(unless: try etag("a")))
        lease.pollFailed()
        #expect(lease.next(at: .seconds(2)) == .read(unless: try etag("a")))
        #expect(lease.unchanged(at: .seconds(2), chance: 0) == .poll(try etag("a")))
        lease.lost()
        #expect(!lease.isPoller)
        // An answer that was lost on its way: it was written all the same.
        #expect(lease.saw(try seen("b", poller: .this), at: .seconds(3), chance: 0) == .poll(try etag("b")))
    }

    @Test func anEngineThatIsBusyIsAskedMoreSeldomUntilOneAsksForOneself() throws {
        var lease = PollLease()
        #expect(lease.failed(at: .zero, chance: 1) == nil)
        _ = lease.saw(try seen("a"), at: .zero, chance: 0)
        var now = Duration.zero
        var pauses: [Duration] = []
        while case .readAgain(let pause)? = lease.failed(at: now, chance: 1) {
            pauses.append(pause)
            now += pause
        }
        #expect(pauses.count >= 2 && pauses == pauses.sorted() && pauses[1] > pauses[0])
        #expect(now >= .seconds(26))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let machines: Int
        var faults = 0
        var deaths = 0
        /// Machines that poll, and on which nobody waits any more.
        var leavings = 0

        var testDescription: String {
            "\(machines) machines, \(faults) faults, \(deaths) deaths, \(leavings) that leave"
        }
    }

    private static let cases = [
        Case(machines: 2), Case(machines: 2, faults: 1), Case(machines: 2, deaths: 1),
        Case(machines: 2, faults: 2, deaths: 1), Case(machines: 2, faults: 1, leavings: 1), Case(machines: 3),
        Case(machines: 3, faults: 1), Case(machines: 3, deaths: 1), Case(machines: 3, leavings: 1),
    ]

    @Test(arguments: cases)
    func whateverBecomesOfRequestsAndMachinesOnePollsAndAllSeeTheEnd(_ tried: Case) async throws {
        let (machines, faults, deaths) = (tried.machines, tried.faults, tried.deaths)
        let end = Duration.seconds(machines == 2 ? 9 : 5)
        var stack = [
            PollingWorld(
                machines: machines, faults: faults, deaths: deaths, leavings: tried.leavings, end: end)
        ]
        var known = Set(stack)
        var (ends, mostAsks, latest) = (0, 0, Duration.zero)
        var steps = 0
        while let world = stack.popLast() {
            steps += 1
            // Others have the thread in between.
            if steps % 256 == 0 { await Task.yield() }
            let ready = world.ready
            if ready.isEmpty {
                ends += 1
                mostAsks = max(mostAsks, world.asks)
                for case .told(let time) in world.machines.map(\.step) { latest = max(latest, time - end) }
            }
            for (machine, time) in ready {
                try #require(time < .seconds(90), "machine \(machine) is never told")
                for fault in world.faults(of: machine) {
                    var next = world
                    try next.go(machine, at: time, fault)
                    if known.insert(next).inserted { stack.append(next) }
                }
            }
        }
        print("pollers, \(tried.testDescription): \(known.count) states")
        #expect(ends > 0)
        let silence = PollLease.silence(PollingWorld.interval)
        // What one would ask alone, and once more for each mishap and each takeover.
        let alone = Int(end.components.seconds / PollingWorld.interval.components.seconds) + 2
        #expect(mostAsks <= alone + machines - 1 + 3 * (faults + deaths + tried.leavings))
        #expect(latest <= .seconds(13) + (silence + .seconds(4)) * (faults + deaths))
    }
}
