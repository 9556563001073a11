import Dispatch
import FUSE
import Foundation
import JobCacheTestSupport
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

/// A job that is pending, from 10 s on processing, and from 30 s on completed, by the emulator's clock.
@Suite("The tree: jobs that are still running", .timeLimit(.minutes(2)))
struct RunningJobTests {
    private let time = TestClock()
    private let clock = StillClock()
    private let id = "going-on"

    private func with(
        _ ending: EmulatedJobStatus = .completed, error: String? = nil,
        _ body: (TestTree, Emulator) async throws -> Void
    ) async throws {
        let job = EmulatedJob(
            id: id, timetable: .running(processingAfter: .seconds(10), endsAfter: .seconds(30), with: ending),
            result: .inline(["markdown": "# Done\n"]), error: error)
        let configuration = EmulatorConfiguration(jobs: [job], clock: { time.now })
        try await TestTree.with(configuration, clock: clock, body)
    }

    /// Both clocks.
    private func pass(_ seconds: Double) {
        time.advance(by: seconds)
        clock.advance(by: .seconds(seconds))
    }

    @Test(
        "S6.2 whoever reads .wait is answered when the kernel has been told of the end, also if it is known here before"
    )
    func announced() async throws {
        try await with { (tree, _) async throws in
            let node = try await tree.node("jobs/\(id)/.wait")
            let isTold = Atomic(false)
            let (known, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let listener = CatalogListener(
                of: tree.library.catalog,
                change: { job in
                    guard job.phase.isTerminal else { return }
                    known.signal()
                    _ = go.wait(timeout: .now() + 30)
                    isTold.store(true, ordering: .releasing)
                })
            defer { withExtendedLifetime(listener) {} }
            pass(60)
            async let asked: Void = { _ = try await tree.getattr(try await tree.node("jobs/\(id)")) }()
            // On a thread of its own: the one that tells is held up above.
            await withCheckedContinuation { waiter in
                Thread.detachNewThread {
                    _ = known.wait(timeout: .now() + 30)
                    waiter.resume()
                }
            }
            let answer = tree.files.getattr(node, isOpen: true, for: TestTree.caller())
            // A look that reads nothing waits for nobody.
            let look = try await tree.files.getattr(node, isOpen: false, for: TestTree.caller()).resolved()
            #expect(look.attributes.size == 10 && !isTold.load(ordering: .acquiring))
            go.signal()
            let size = try await answer.resolved().attributes.size
            #expect(size == 10 && isTold.load(ordering: .acquiring))
            if case .now = answer { Issue.record("the reader is answered before the kernel has been told") }
            try await asked
        }
    }

    @Test("S6.1: looks within the interval ask nobody, the first one after it asks once, for all who look")
    func oneQuestion() async throws {
        try await with { (tree, emulator) async throws in
            let job = try await tree.node("jobs/\(id)")
            for interval in [1.0, 1.5, 2.25] {
                let before = emulator.count()
                pass(interval - 0.01)
                _ = try await tree.getattr(job)
                #expect(emulator.count() == before)
                pass(0.01)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...20 { group.addTask { _ = try await tree.getattr(job) } }
                    try await group.waitForAll()
                }
                #expect(emulator.count() == before + 1)
            }
        }
    }

    @Test("S5.6 S6.1: after the clock was set back a job is asked about as before, and its end is seen")
    func setBack() async throws {
        try await with { (tree, emulator) async throws in
            let job = try await tree.node("jobs/\(id)")
            clock.setBack(by: .seconds(3600))
            for _ in 1...3 {
                let before = emulator.count()
                pass(11)
                _ = try await tree.getattr(job)
                #expect(emulator.count() == before + 1)
            }
            #expect(try await tree.names("jobs/\(id)").contains("result.md"))
        }
    }

    @Test("S6.1: the kernel may keep what it was told for as long as the answer is good, and an absence not at all")
    func lifetimes() async throws {
        try await with { (tree, _) async throws in
            let entry = try #require(try await tree.lookup("jobs/\(id)"))
            #expect(entry.attributesLifetime == .limited(.seconds(1)) && entry.nameLifetime == .limited(.seconds(1)))
            pass(0.75)
            let status = try #require(try await tree.lookup("jobs/\(id)/status.json"))
            #expect(status.attributesLifetime == .limited(.milliseconds(250)))
            for name in ["result.md", "error.txt", "images", "form.pdf"] {
                guard case .now(.absent(let lifetime)) = tree.answer(name, in: entry.attributes.node) else {
                    Issue.record("\(name) is not absent at once")
                    continue
                }
                #expect(lifetime == .none)
            }
            time.advance(by: 30)
            pass(0.25)
            let ended = try #require(try await tree.lookup("jobs/\(id)/status.json"))
            #expect(ended.attributesLifetime == .forever)
            #expect(try await tree.text("jobs/\(id)/result.md") == "# Done\n")
        }
    }

    @Test("S6.1: while the API wants to be left alone it is, and what is known is shown")
    func retryAfter() async throws {
        try await with { (tree, emulator) async throws in
            let job = try await tree.node("jobs/\(id)")
            emulator.set(.status(429, headers: [("Retry-After", "20")]), on: .prefix("/job/"))
            pass(1)
            for _ in 1...5 { _ = try await tree.getattr(job) }
            pass(19.75)
            _ = try await tree.getattr(job)
            #expect(emulator.count() == 2)
            emulator.clearFaults()
            pass(0.25)
            _ = try await tree.getattr(job)
            #expect(emulator.count() == 3)
            #expect(try await tree.text("jobs/\(id)/status.json").contains("processing"))
        }
    }

    @Test("S6.1: twenty who look when the API fails make the next question wait as if one had looked")
    func failedOnce() async throws {
        try await with { (tree, emulator) async throws in
            let job = try await tree.node("jobs/\(id)")
            emulator.set(.status(500), on: .prefix("/job/"))
            pass(1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...20 { group.addTask { _ = try await tree.getattr(job) } }
                try await group.waitForAll()
            }
            let asked = emulator.count()
            pass(1.5)
            _ = try await tree.getattr(job)
            #expect(emulator.count() == asked + 1)
        }
    }

    @Test("S1.6: status.json that says something else has another size or time")
    func statusChanges() async throws {
        try await with { (tree, _) async throws in
            let before = try await tree.getattr(try await tree.node("jobs/\(id)/status.json"))
            pass(10)
            let after = try await tree.getattr(before.node)
            #expect(after.size != before.size || after.modified != before.modified)
            #expect(try await tree.content("jobs/\(id)/status.json").count == Int(after.size))
        }
    }

    @Test("S1.5: a reader who goes by one size of status.json is not given the beginning of a longer one")
    func shownStatus() async throws {
        try await with { (tree, _) async throws in
            let before = try await tree.getattr(try await tree.node("jobs/\(id)/status.json"))
            let pending = try await tree.read(before.node, at: 0, count: 4096)
            pass(10)
            // Somebody looks at the directory, and the API says something else.
            _ = try await tree.getattr(try await tree.node("jobs/\(id)"))
            #expect(try await tree.read(before.node, at: 0, count: 4096) == pending)
            #expect(pending.count == Int(before.size))
            let after = try await tree.getattr(before.node)
            let processing = try await tree.read(before.node, at: 0, count: 4096)
            #expect(processing.count == Int(after.size) && processing != pending)
        }
    }

    // MARK: .wait

    @Test("S6.2: .wait is not listed, is there by name without a request, and a look at it does not wait")
    func waitLooked() async throws {
        try await with { (tree, emulator) async throws in
            #expect(try await tree.names("jobs/\(id)") == ["status.json", "index.html"])
            pass(60)
            let asked = emulator.count()
            let directory = try #require(try await tree.job(id)).ordinal
            guard case .now(.found(let entry)) = tree.answer(".wait", in: .job(directory)) else {
                Issue.record("not found at once")
                return
            }
            #expect(entry.attributes.size == 0 && entry.attributesLifetime == .none)
            #expect(try await tree.getattr(entry.attributes.node).size == 0)
            #expect(emulator.count() == asked)
        }
    }

    @Test(
        "S6.2: whoever reads .wait waits until the job has ended, and gets its last status line",
        arguments: [
            ("completed", nil, "completed\n"),
            ("failed", "page 3 is damaged\nsee the log", "failed: page 3 is damaged?see the log\n"),
            ("canceled", nil, "canceled\n"), ("expired", nil, "expired\n"),
        ] as [(String, String?, String)])
    func waitRead(ending: String, error: String?, line: String) async throws {
        try await with(EmulatedJobStatus(rawValue: ending), error: error) { (tree, emulator) async throws in
            let node = try await tree.node("jobs/\(id)/.wait")
            let size = Task { try await tree.getattr(node, isOpen: true).size }
            // 1 s after the first look, then 1.5 and 2.25 s, and again from 1 s on when it is processing.
            for seconds in [1, 1.5, 2.25, 3.375, 5.0625, 1, 1.5, 2.25, 3.375, 5.0625, 7.59375] {
                await clock.waitForSleeper(of: .seconds(seconds))
                pass(seconds)
            }
            #expect(try await size.value == UInt64(line.utf8.count))
            // The first look, the eleven polls, and none since.
            #expect(try await tree.read(node, at: 0, count: 4096) == Array(line.utf8))
            #expect(emulator.count() == 12)
            let entry = try #require(try await tree.lookup("jobs/\(id)/.wait"))
            #expect(entry.attributes.size == UInt64(line.utf8.count) && entry.attributesLifetime == .forever)
            #expect(try await tree.text("jobs/\(id)/.wait") == line)
        }
    }

    @Test("S6.3: when the waiting is over, everything that the job has brought is there")
    func afterwards() async throws {
        try await with { (tree, _) async throws in
            let node = try await tree.node("jobs/\(id)/.wait")
            #expect(await tree.failure("jobs/\(id)/result.md") == .noSuchFileOrDirectory)
            let waiting = Task { try await tree.getattr(node, isOpen: true) }
            await clock.waitForSleeper(of: .seconds(1))
            time.advance(by: 60)
            clock.advance(by: .seconds(1))
            _ = try await waiting.value
            guard let job = try await tree.job(id),
                case .now(.found) = tree.answer("result.md", in: .job(job.ordinal))
            else {
                Issue.record("result.md is not there at once")
                return
            }
            #expect(try await tree.names("jobs/\(id)").contains("result.md"))
        }
    }

    @Test("S6.2: a reader of .wait who leaves takes the polling along, and none who stays is the worse")
    func leaving() async throws {
        try await with { (tree, emulator) async throws in
            let node = try await tree.node("jobs/\(id)/.wait")
            let leaving = Task { try await tree.getattr(node, isOpen: true) }
            await clock.waitForSleeper(of: .seconds(1))
            leaving.cancel()
            await #expect(throws: Errno.interrupted) { try await leaving.value }
            while tree.library.watches.counts.jobs != 0 { await Task.yield() }
            pass(60)
            #expect(emulator.count() == 1)
        }
    }

    @Test("S6.2: an API that does not answer for as long as it may be waited for is a timeout")
    func timeout() async throws {
        try await with { (tree, emulator) async throws in
            let node = try await tree.node("jobs/\(id)/.wait")
            emulator.set(.status(500), on: .prefix("/job/"))
            let waiting = Task { try await tree.getattr(node, isOpen: true) }
            await clock.waitForSleeper(of: .seconds(1))
            pass(1)
            await clock.waitForSleeper(of: .seconds(1.5))
            pass(700)
            await #expect(throws: Errno.timedOut) { try await waiting.value }
            #expect(try await tree.text("jobs/\(id)/status.json").contains("pending"))
        }
    }

    @Test("S4.1: whoever waits when the key is refused is refused")
    func refused() async throws {
        try await with { (tree, emulator) async throws in
            let node = try await tree.node("jobs/\(id)/.wait")
            emulator.set(.status(401), on: .any)
            let waiting = Task { try await tree.getattr(node, isOpen: true) }
            await clock.waitForSleeper(of: .seconds(1))
            pass(1)
            await #expect(throws: Errno.permissionDenied) { try await waiting.value }
        }
    }

    // MARK: poll(2)

    @Test(
        "S6.2: poll on status.json is not ready before something changes, then is for each who polls, and at the end stays"
    )
    func polling() async throws {
        try await with { (tree, _) async throws in
            let node = try await tree.node("jobs/\(id)/status.json")
            for thread: Int32 in [1, 2, 2] { #expect(try await !tree.isReady(node, by: thread)) }
            pass(10)
            let changed = try await tree.getattr(node)
            // One who has looked already does not keep it from the others.
            _ = try await tree.read(changed.node, at: 0, count: 4096, by: 1)
            #expect(try await tree.isReady(node, by: 1))
            #expect(try await tree.isReady(node, by: 2))
            #expect(try await !tree.isReady(node, by: 1))
            pass(30)
            _ = try await tree.getattr(node)
            for _ in 1...3 { #expect(try await tree.isReady(node, by: 1)) }
            #expect(try await tree.isReady(node, by: 3))
        }
    }

    @Test("S6.2: a change that nobody was shown yet is ready at once for one who polls for the first time")
    func unshownChange() async throws {
        try await with { (tree, _) async throws in
            let node = try await tree.node("jobs/\(id)/status.json")
            pass(10)
            _ = try await tree.getattr(try await tree.node("jobs/\(id)"))
            #expect(try await tree.isReady(node, by: 9))
        }
    }

    @Test("poll on any other file is ready at once")
    func otherFiles() async throws {
        try await with { (tree, emulator) async throws in
            #expect(try await tree.isReady(Node.readme.id))
            #expect(try await tree.isReady(try await tree.node("jobs/\(id)/.wait")))
            #expect(emulator.count() == 1)
        }
    }

    // MARK: Several processes

    @Test("S6.1: mounts of one cache that look at the same job share their polls")
    func sharedPolls() async throws {
        let job = EmulatedJob(id: id, timetable: .always(.processing))
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(EmulatorConfiguration(jobs: [job])) { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache, clock: clock) { (first) async throws in
                    try await TestTree.with(emulator.baseURL, cache: cache, clock: clock) { (second) async throws in
                        let node = try await first.node("jobs/\(id)")
                        _ = try await second.node("jobs/\(id)")
                        let asked = emulator.count()
                        for (number, interval) in [1, 1.5, 2.25, 3.375].enumerated() {
                            clock.advance(by: .seconds(interval))
                            _ = try await first.getattr(node)
                            _ = try await second.getattr(node)
                            // Each alone would have asked.
                            #expect((asked + number...asked + number + 1).contains(emulator.count()))
                        }
                    }
                }
            }
        }
    }
}
