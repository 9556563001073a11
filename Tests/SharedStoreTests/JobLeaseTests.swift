import PulseTestSupport
import Synchronization
import Testing

@testable import SharedStore

@Suite(.timeLimit(.minutes(2))) struct JobLeaseTests {
    private func etag(_ text: String) throws -> ETag { try #require(ETag(text)) }

    @Test func aJobThatNobodyHasIsClaimed() throws {
        var lease = JobLease(at: .seconds(100))
        #expect(lease.saw(.absent, at: .seconds(100)) == .claim(.ifAbsent))
        #expect(lease.saw(.free(try etag("a")), at: .seconds(101)) == .claim(.ifStill(try etag("a"))))
    }

    @Test func aLeaseIsTakenOverWhenItHasNotChangedForFiveSeconds() throws {
        var lease = JobLease(at: .zero)
        var now = Duration.zero
        var waits = 0
        while now < .seconds(60) {
            let decision = lease.saw(.asking(try etag("a")), at: now)
            guard case .readAgain(let pause) = decision else {
                #expect(decision == .claim(.ifStill(try etag("a"))))
                break
            }
            #expect(pause > .zero && pause <= .seconds(1))
            now += pause
            waits += 1
        }
        #expect(now == .seconds(5))
        #expect(waits < 16)
    }

    @Test func nobodyWaitsForLongerThanTenSeconds() throws {
        var lease = JobLease(at: .zero)
        var now = Duration.zero
        var number = 0
        while case .readAgain(let pause) = lease.saw(.asking(try etag("\(number)")), at: now) {
            now += pause
            number += 1
        }
        #expect(now == .seconds(10))
        #expect(lease.saw(.absent, at: now) == .askAlone)
    }

    @Test func whoeverLosesEveryClaimAsksAlone() {
        var lease = JobLease(at: .zero)
        var claims = 0
        while case .claim = lease.saw(.absent, at: .zero), claims < 100 { claims += 1 }
        #expect(claims == 8)
    }

    @Test func oneOfManyAsksWhenNothingFails() async throws {
        for seed in 0..<60 {
            let fleet = Fleet(members: 2 + seed % 4, seed: UInt64(seed), faults: 0, deaths: 0, slowest: 4_000)
            try await fleet.run()
            #expect(fleet.asked == 1, "seed \(seed)")
        }
    }

    @Test func whateverFailsEverybodyEndsAndNobodyTakesOverTooSoon() async throws {
        for seed in 0..<200 {
            let fleet = Fleet(members: 2 + seed % 3, seed: UInt64(1000 + seed), faults: 30, deaths: 25, slowest: 9_000)
            try await fleet.run()
            #expect(fleet.asked >= 1, "seed \(seed)")
        }
    }

    /// Members of a fleet that want one job, a step at a time in an order that a seed says, on one register whose answers may be
    /// lost or doubled.
    private final class Fleet {
        private enum Step {
            case read
            case claim(WriteCondition, UInt64)
            /// The API answers then.
            case asks(ETag?, UInt64, until: Duration)
            case waits(until: Duration)
            case died
            case ended
        }

        private struct Member {
            var step = Step.read
            var lease: JobLease
            let start: Duration
            let objects: SealedObjects
            var asked: Duration = .zero
        }

        private var members: [Member] = []
        private var random: SplitMix
        private var now = Duration.zero
        private var claimed: [ETag: Duration] = [:]
        private let deaths: Int
        private let slowest: Int
        private let key = ObjectKey(checked: "1/j/00/job")
        private(set) var asked = 0

        init(members count: Int, seed: UInt64, faults: Int, deaths: Int, slowest: Int) {
            (random, self.deaths, self.slowest) = (SplitMix(state: seed), deaths, slowest)
            let dice = Mutex(SplitMix(state: seed &+ 1))
            let engine = MemoryObjectStore { operation, _ in
                dice.withLock { dice -> MemoryObjectStore.Fault? in
                    guard dice.below(100) < faults else { return nil }
                    return operation == .get
                        ? .lostBefore
                        : [.lostBefore, .lostAfter, .doubled, .failed(.unavailable(.status(500)))][dice.below(4)]
                }
            }
            let secret = FleetSecret(MemberSecret(Array(repeating: 9, count: 32)))
            for number in 0..<count {
                let start = Duration.milliseconds(random.below(300))
                members.append(
                    Member(
                        step: .waits(until: start), lease: JobLease(at: start), start: start,
                        objects: SealedObjects(engine, secret, writer: "\(number)")))
            }
        }

        func run() async throws {
            var steps = 0
            while let number = next() {
                steps += 1
                try #require(steps < 10_000)
                now += .milliseconds(1)
                try await step(number)
            }
            for member in members {
                if case .died = member.step { continue }
                #expect(now >= member.start)
                #expect(member.asked <= .seconds(10) + .milliseconds(200))
            }
        }

        /// Any of those that can do something now; when there is none, time goes on to when the first one can.
        private func next() -> Int? {
            var times: [Duration?] = []
            for member in members {
                switch member.step {
                case .read, .claim: times.append(now)
                case .asks(_, _, let time), .waits(let time): times.append(time)
                case .died, .ended: times.append(nil)
                }
            }
            guard let first = times.compactMap({ $0 }).min() else { return nil }
            now = max(now, first)
            let ready = times.indices.filter { times[$0].map { $0 <= now } ?? false }
            return ready[random.below(ready.count)]
        }

        private func step(_ number: Int) async throws {
            switch members[number].step {
            case .waits: members[number].step = .read
            case .read: await read(number)
            case .claim(let condition, let sequence): try await claim(number, condition, sequence)
            case .asks(let etag, let sequence, _): try await answer(number, etag, sequence)
            case .died, .ended: break
            }
        }

        private func read(_ number: Int) async {
            let seen: (JobLease.Seen, UInt64)
            do throws(ObjectStoreError) {
                switch try await members[number].objects.read(key, limit: 10_000, within: .seconds(1)) {
                case .absent: seen = (.absent, 0)
                case .unchanged: return
                case .rejected(_, let etag): seen = (.free(etag), 0)
                case .opened(let version):
                    switch JobRecord(version.contents) {
                    case .asking: seen = (.asking(version.facts.etag), version.header.seq)
                    case .ended:
                        members[number].asked = now - members[number].start
                        return members[number].step = .ended
                    default: seen = (.free(version.facts.etag), version.header.seq)
                    }
                }
            } catch {
                return ask(number, nil, 0)
            }
            go(on: members[number].lease.saw(seen.0, at: now), number, seen.1 &+ 1)
        }

        private func go(on decision: JobLease.Decision, _ number: Int, _ sequence: UInt64) {
            switch decision {
            case .claim(let condition): members[number].step = .claim(condition, sequence)
            case .readAgain(let pause): members[number].step = .waits(until: now + pause)
            case .ask(let etag): ask(number, etag, sequence)
            case .askAlone: ask(number, nil, 0)
            }
        }

        private func claim(_ number: Int, _ condition: WriteCondition, _ sequence: UInt64) async throws {
            let contents = try #require(JobRecord.asking.contents)
            let written: SealedObjects.Written
            do throws(ObjectStoreError) {
                written = try await members[number].objects.write(
                    contents, as: key, sequence: sequence, condition, within: .seconds(1))
            } catch {
                return ask(number, nil, 0)
            }
            switch written {
            case .done(let etag):
                if case .ifStill(let other) = condition, let since = claimed[other] {
                    #expect(now - since >= JobLease.silence)
                }
                #expect(claimed.updateValue(now, forKey: etag) == nil)
                go(on: members[number].lease.wrote(.done(etag)), number, sequence)
            case .lost: go(on: members[number].lease.wrote(.lost), number, sequence)
            case .unclear: go(on: members[number].lease.wrote(.unclear), number, sequence)
            }
        }

        private func ask(_ number: Int, _ etag: ETag?, _ sequence: UInt64) {
            members[number].asked = now - members[number].start
            asked += 1
            guard random.below(100) >= deaths else { return members[number].step = .died }
            members[number].step = .asks(etag, sequence, until: now + .milliseconds(random.below(slowest)))
        }

        private func answer(_ number: Int, _ etag: ETag?, _ sequence: UInt64) async throws {
            members[number].step = .ended
            guard let etag else { return }
            // The lease ends here, whatever becomes of the writing.
            claimed[etag] = nil
            let job = try #require(EndedJob(.inline([1]), grants: []))
            let contents = try #require(JobRecord.ended(job).contents)
            _ = try? await members[number].objects.write(
                contents, as: key, sequence: sequence &+ 1, .ifStill(etag), within: .seconds(1))
        }
    }

    private struct SplitMix {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
            return Int((mixed ^ mixed >> 31) % UInt64(bound))
        }
    }
}
