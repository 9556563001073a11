import Foundation
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite(
    "Machines that wait for one job", .takingTurns,
    .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)), .timeLimit(.minutes(10)))
struct FleetWaitTests {
    private static let path = RequestPattern.path("/job/going-on")

    /// A job that goes on until the clock of the API is moved.
    private static func with(_ body: (Rig, FleetStoreRig, _ end: @escaping @Sendable () -> Void) async throws -> Void)
        async throws
    {
        let time = Mutex(Date(timeIntervalSince1970: 1_740_000_000))
        let job = EmulatedJob(
            id: "going-on", timetable: .running(processingAfter: .seconds(10), endsAfter: .seconds(20)),
            result: .inline(["markdown": "# Done\n"]))
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [job], clock: { time.withLock { $0 } }) { rig in
                try await body(rig, fleet) { time.withLock { $0 += 30 } }
            }
        }
    }

    private final class Shared<Value: Sendable>: Sendable {
        private let value: Mutex<Value>
        init(_ value: Value) { self.value = Mutex(value) }
        func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { value.withLock { body(&$0) } }
    }

    private static func polls(_ rig: Rig) -> Int { rig.emulator.requests(matching: path).count }

    /// As many answers as one who asks by the clock of a status has had after so long, and one more.
    private static func pollsOfOne(_ time: Duration) -> Int {
        var (passed, interval, count) = (Duration.zero, Duration.seconds(1), 2)
        while passed < time {
            passed += interval
            interval = min(interval * 3 / 2, .seconds(10))
            count += 1
        }
        return count
    }

    private static func eventually(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(50)) }
    }

    @Test("S8.1: twenty mounts wait for one job with the polls of one, and all see its end within 13 s")
    func twenty() async throws {
        let count = 20
        try await Self.with { rig, fleet, end in
            let begin = ContinuousClock.now
            let ready = Shared(0)
            let ended = Shared<ContinuousClock.Instant?>(nil)
            let polls = Shared(0)
            let delays = try await withThrowingTaskGroup(of: Duration?.self) { group in
                for number in 1...count {
                    group.addTask {
                        try await rig.mounted(
                            options: fleet.options, cache: rig.scratch.appending("cache-\(number)"),
                            environment: fleet.environment
                        ) { mount in
                            let before = try await mount.shell("cat \"$M/jobs/going-on/status.json\"")
                            #expect(before.text.contains("pending"), "\(before.errors)")
                            ready.withLock { $0 += 1 }
                            let outcome = try await mount.shell(
                                "cat \"$M/jobs/going-on/.wait\" && cat \"$M/jobs/going-on/result.md\"", timeout: 120)
                            #expect(outcome.text == "completed\n# Done\n", "\(number): \(outcome.errors)")
                            return ended.withLock { $0 }.map { $0.duration(to: .now) }
                        }
                    }
                }
                group.addTask {
                    try await Self.eventually { ready.withLock { $0 } == count }
                    let asked = Self.polls(rig)
                    // They wait for a while together.
                    try await Self.eventually { Self.polls(rig) >= asked + 3 }
                    ended.withLock { $0 = .now }
                    polls.withLock { $0 = Self.pollsOfOne(begin.duration(to: .now) + .seconds(10)) }
                    end()
                    return nil
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
            }
            let asked = Self.polls(rig)
            print(
                "FleetWait: \(count) mounts, \(asked) requests in all, "
                    + "the end known after at most \(delays.max() ?? .zero)")
            #expect(delays.count == count && delays.allSatisfy { $0 <= .seconds(13) })
            #expect(asked <= polls.withLock { $0 })
        }
    }

    @Test("S8.1: when the machine that polls is killed, another polls, and .wait, pulsefs wait and poll(2) see the end")
    func killed() async throws {
        try await Self.with { rig, fleet, end in
            func wait(_ cache: String) -> ([String], [String: String]) {
                (
                    [
                        BuiltProducts.pulsefs, "wait", "going-on", "--api-url", rig.emulator.baseURL, "--cache-dir",
                        rig.scratch.appending(cache).string,
                    ] + fleet.options, fleet.environment.merging(["PULSE_API_KEY": TestKeys.northwind]) { $1 }
                )
            }
            let (words, environment) = wait("cache-first")
            try await ChildProcess.with(words, environment: environment) { first in
                try await Self.eventually { Self.polls(rig) >= 3 }
                try await rig.mounted(
                    options: fleet.options, cache: rig.scratch.appending("cache-second"),
                    environment: fleet.environment
                ) { mount in
                    async let waited = mount.shell("cat \"$M/jobs/going-on/.wait\"", timeout: 120)
                    async let polled = mount.shell(
                        """
                        exec python3 -c '
                        import os, select, sys
                        status = os.open(sys.argv[1] + "/jobs/going-on/status.json", os.O_RDONLY)
                        poll = select.epoll()
                        poll.register(status, select.EPOLLIN | select.EPOLLPRI)
                        while b"completed" not in os.pread(status, 9999, 0): poll.poll(60)
                        print("completed")' "$M"
                        """, timeout: 120)
                    let (words, environment) = wait("cache-third")
                    async let command = Shell.run("\"$@\"", words, environment: environment, timeout: 120)
                    let before = Self.polls(rig)
                    try await Self.eventually { Self.polls(rig) >= before + 1 }
                    first.signal(SIGKILL)
                    _ = await first.ended()
                    let dead = Self.polls(rig)
                    try await Self.eventually { Self.polls(rig) >= dead + 1 }
                    end()
                    #expect(try await waited.text == "completed\n")
                    #expect(try await polled.text == "completed\n")
                    #expect(try await command.status == 0)
                }
            }
        }
    }

    @Test("S8.5: without the store each polls for itself, and the end is seen all the same")
    func withoutAStore() async throws {
        try await Self.with { rig, fleet, end in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let ready = Shared(0)
                for number in 1...2 {
                    group.addTask {
                        try await rig.mounted(
                            options: fleet.options, cache: rig.scratch.appending("cache-\(number)"),
                            environment: fleet.environment
                        ) { mount in
                            #expect(try await mount.shell("cat \"$M/jobs/going-on/status.json\"").status == 0)
                            ready.withLock { $0 += 1 }
                            let outcome = try await mount.shell("cat \"$M/jobs/going-on/.wait\"", timeout: 120)
                            #expect(outcome.text == "completed\n", "\(outcome.errors)")
                        }
                    }
                }
                try await Self.eventually { ready.withLock { $0 } == 2 }
                fleet.server.process.signal(SIGKILL)
                let before = Self.polls(rig)
                try await Self.eventually { Self.polls(rig) >= before + 3 }
                end()
                try await group.waitForAll()
            }
        }
    }
}
