import Foundation
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite("Waiting for a job", .takingTurns, .timeLimit(.minutes(10)))
struct WaitTests {
    @Test(
        "S6.1, S6.2, S6.3: who has the directory open, polls for a file, waits in .wait or in epoll sees the end with the one poll that finds it"
    )
    func everybody() async throws {
        let time = Mutex(Date(timeIntervalSince1970: 1_740_000_000))
        let job = EmulatedJob(
            id: "going-on", timetable: .running(processingAfter: .seconds(10), endsAfter: .seconds(20)),
            result: .inline(["markdown": "# Done\n"]))
        try await Rig.with(adding: [job], clock: { time.withLock { $0 } }) { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                let directory = mount.path.appending("jobs/going-on").string
                try await ChildProcess.group(Self.watchers.map { $0.words + [directory] }) { (watchers) async throws in
                    for watcher in watchers { try await watcher.waitForOutput("ready\n") }
                    // What the API says changes after so many questions: the clock is sure to ask in between.
                    try await mount.eventually { rig.emulator.answered >= 2 }
                    time.withLock { $0 += 10 }
                    try await mount.eventually { rig.emulator.answered >= 4 }
                    time.withLock { $0 += 10 }
                    for (watcher, (words, end)) in zip(watchers, Self.watchers) {
                        #expect(await watcher.ended() == 0, "\(words): \(watcher.errors)")
                        #expect(String(decoding: watcher.output, as: UTF8.self) == "ready\n\(end)# Done\n", "\(words)")
                    }
                }
                // Pending, pending; processing, processing; completed.
                #expect(rig.emulator.fetchCounts == ["/job/going-on": 5])
            }
        }
    }

    /// Each is ready when the job is pending, and ends when it has seen the job's result. The last argument is the directory.
    private static let watchers: [(words: [String], end: String)] = [
        // A shell in the directory, and what it lists.
        (
            [
                "bash", "-c",
                """
                cd "$0" && echo ready || exit 9
                until [ "$(echo *)" = "contents.md images index.html result.json result.md status.json" ]; do sleep 0.01; done
                cat result.md
                """,
            ], ""
        ),
        (
            [
                "bash", "-c",
                """
                cat "$0/result.md" 2>/dev/null || echo ready
                until cat "$0/result.md" 2>/dev/null; do sleep 0.01; done
                """,
            ], ""
        ),
        (
            ["bash", "-c", "stat \"$0\" > /dev/null && echo ready && cat \"$0/.wait\" && cat \"$0/result.md\""],
            "completed\n"
        ),
        (
            [
                "python3", "-c",
                """
                import os, select, sys
                status = os.open(sys.argv[1] + "/status.json", os.O_RDONLY)
                poll = select.epoll()
                poll.register(status, select.EPOLLIN | select.EPOLLPRI)
                print("ready", flush=True)
                for word in [b"processing", b"completed"]:
                    assert poll.poll(30) == [(status, select.EPOLLIN | select.EPOLLPRI)], "no event"
                    assert b'"%s"' % word in os.pread(status, 9999, 0), os.pread(status, 9999, 0)
                print(open(sys.argv[1] + "/result.md").read(), end="")
                """,
            ], ""
        ),
        // A directory that was opened before, read again from its beginning; and a name that was looked up a moment before.
        (
            [
                "python3", "-c",
                """
                import os, sys, time
                directory = os.open(sys.argv[1], os.O_RDONLY)
                print("ready", flush=True)
                while "result.md" not in os.listdir(directory):
                    assert not os.access("result.md", os.F_OK, dir_fd=directory) or "result.md" in os.listdir(directory)
                    time.sleep(0.01)
                print(os.pread(os.open("result.md", os.O_RDONLY, dir_fd=directory), 99, 0).decode(), end="")
                """,
            ], ""
        ),
        // poll(2) and select(2) without epoll.
        (
            [
                "python3", "-c",
                """
                import os, select, sys
                status = os.open(sys.argv[1] + "/status.json", os.O_RDONLY)
                print("ready", flush=True)
                poll = select.poll()
                poll.register(status, select.POLLPRI)
                while b'"completed"' not in os.pread(status, 9999, 0):
                    assert poll.poll(30000) == [(status, select.POLLPRI)], "no event"
                assert select.select([status], [], [], 30) == ([status], [], [])
                print(open(sys.argv[1] + "/result.md").read(), end="")
                """,
            ], ""
        ),
    ]

    @Test(
        "S6.2: .wait says how the job ended",
        arguments: [
            ("failed", "failed: page 3 is damaged"), ("canceled", "canceled"), ("cancelled", "canceled"),
            ("expired", "expired"),
        ])
    func endings(_ ending: String, _ line: String) async throws {
        let job = EmulatedJob(
            id: "ending",
            timetable: .running(processingAfter: .zero, endsAfter: .seconds(1.5), with: .init(rawValue: ending)),
            error: "page 3 is damaged")
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.add(job: job)
            let outcome = try await mount.shell(
                "cat \"$M\"/jobs/ending/.wait; test -s \"$M\"/jobs/ending/error.txt && stat -c %s \"$M\"/jobs/ending/.wait"
            )
            #expect(outcome.text == "\(line)\n\(line.utf8.count + 1)\n")
        }
    }

    @Test(
        "S1.5: whoever reads status.json all the time, by name or by a descriptor held open, gets whole JSON at each change"
    )
    func wholeStatus() async throws {
        let statuses: [EmulatedJobStatus] = ["processing", "pending", "awaiting_review", "processing", "completed"]
        let stages = statuses.enumerated().map { JobTimetable.Stage($0.element, after: .seconds($0.offset + 1)) }
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.add(job: EmulatedJob(id: "changing", timetable: JobTimetable(origin: .launch, stages: stages)))
            let reader = """
                import json, os, sys
                path, seen = sys.argv[1] + "/status.json", []
                status = os.open(path, os.O_RDONLY)
                while "completed" not in seen:
                    text = os.pread(status, 9999, 0) if sys.argv[2] == "held" else open(path, "rb").read()
                    word = json.loads(text)["status"]
                    if seen[-1:] != [word]: seen.append(word)
                print(len(seen))
                """
            let directory = mount.path.appending("jobs/changing").string
            let words = ["held", "named", "held", "named"].map { ["python3", "-c", reader, directory, $0] }
            try await ChildProcess.group(words) { (readers) async throws in
                for reader in readers {
                    #expect(await reader.ended() == 0, "\(reader.errors)")
                    // It is asked about every second, as it changes: each change but for one or two is seen.
                    let seen = Int(String(decoding: reader.output, as: UTF8.self).filter(\.isNumber)) ?? 0
                    #expect(seen >= 3)
                }
            }
        }
    }

    @Test("S6.2: programs that read all there is never meet .wait, and a look at it does not wait")
    func unlisted() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let outcome = try await mount.shell(
                """
                cd "$M"/jobs/contract-review-0311 || exit 9
                grep -r nothing . ; find . -name '.*' ; cp -r . "$1" && ls -A "$1"
                stat -c '%s %a %F' .wait; test -s .wait || echo empty
                """, [rig.scratch.appending("copy").string], timeout: 20)
            #expect(
                outcome.text == ".\nindex.html\nstatus.json\n0 400 regular empty file\nempty\n", "\(outcome.errors)")
        }
    }

    @Test(
        "S5.3: one of those who wait for a job ends at once when it is killed or interrupted, and the others wait on",
        arguments: [SIGKILL, SIGINT, SIGTERM])
    func killed(_ signal: Int32) async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let wait = mount.cat("jobs/\(JobName.processing)/.wait")
            try await ChildProcess.group([wait, wait, wait]) { (waiters) async throws in
                for waiter in waiters { try await waiter.waitUntilStuck() }
                waiters[0].signal(signal)
                #expect(await waiters[0].ended(within: .seconds(8)) == 128 + signal)
                // Nobody is kept out of the directory meanwhile.
                let outcome = try await mount.shell(
                    "cd \"$M\"/jobs/contract-review-0311 && touch new 2>&1; ls; cat status.json | wc -l", timeout: 20)
                #expect(outcome.text.contains("Read-only file system") && outcome.text.contains("status.json\n"))
                #expect(waiters[1].hasEnded == false && waiters[2].hasEnded == false)
                rig.emulator.add(job: EmulatedJob(id: JobName.processing, timetable: .always(.canceled)))
                for waiter in waiters.dropFirst() {
                    #expect(await waiter.ended() == 0)
                    #expect(String(decoding: waiter.output, as: UTF8.self) == "canceled\n")
                }
            }
        }
    }

    @Test("S6.1: when the last who waited has gone, nobody is asked any more", arguments: ["wait", "epoll"])
    func deserted(_ kind: String) async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let directory = mount.path.appending("jobs/\(JobName.processing)").string
            let epoll = """
                import os, select, sys
                poll = select.epoll()
                poll.register(os.open(sys.argv[1] + "/status.json", os.O_RDONLY), select.EPOLLIN)
                poll.poll()
                """
            let words = kind == "wait" ? ["cat", "\(directory)/.wait"] : ["python3", "-c", epoll, directory]
            try await ChildProcess.with(words) { (waiter) async throws in
                try await mount.eventually { try await mount.watchedJobs() == 1 }
                try await mount.eventually { rig.emulator.count >= 2 }
                waiter.signal(SIGKILL)
                _ = await waiter.ended()
            }
            try await mount.eventually { try await mount.watchedJobs() == 0 }
            let asked = rig.emulator.count
            // Longer than the clock would rest now.
            try await mount.shell("sleep 4")
            #expect(rig.emulator.count == asked)
        }
    }

    @Test("S6.1: two mounts of one cache with somebody waiting in each ask about as often as one")
    func twoMounts() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.add(
                job: EmulatedJob(id: "shared", timetable: .running(processingAfter: .zero, endsAfter: .seconds(8.5))))
            try await rig.mounted { (first) async throws in
                try await rig.mounted { (second) async throws in
                    let words = [first, second, first, second].map { $0.cat("jobs/shared/.wait") }
                    try await ChildProcess.group(words) { (waiters) async throws in
                        for waiter in waiters {
                            #expect(await waiter.ended() == 0)
                            #expect(String(decoding: waiter.output, as: UTF8.self) == "completed\n")
                        }
                    }
                }
            }
            // One alone asks at 0, 1, 2.5, 4.75 and 8.125 s, and at 13.2 s: two whose clocks differ by a moment may both
            // ask now and then.
            #expect(rig.emulator.count <= 9, "\(rig.emulator.count)")
        }
    }

    @Test("S6.2: an API that does not answer for --wait-timeout is a timeout, and the job is as it was known")
    func timeout() async throws {
        try await Rig.mounted(options: ["--wait-timeout", "3s"]) { (rig, mount) async throws in
            try await mount.shell("ls \"$M\"/jobs/contract-review-0311")
            rig.emulator.set(.status(503), on: .prefix("/job/"))
            let outcome = try await mount.shell(
                "cat \"$M\"/jobs/contract-review-0311/.wait; grep -c processing \"$M\"/jobs/contract-review-0311/status.json",
                timeout: 30)
            #expect(outcome.errors.contains("Connection timed out"), "\(outcome.errors)")
            #expect(outcome.text == "1\n")
        }
    }

    @Test("S6.1, S6.2: a thousand who wait for ten jobs cause the polls of ten, and all are told")
    func thousand() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            for number in 0..<10 {
                rig.emulator.add(
                    job: EmulatedJob(
                        id: "many-\(number)", timetable: .running(processingAfter: .seconds(2), endsAfter: .seconds(6)))
                )
            }
            let program = """
                import os, sys, threading
                threading.stack_size(65536)
                found = []
                def wait(number):
                    with open("%s/jobs/many-%d/.wait" % (sys.argv[1], number % 10)) as file: found.append(file.read())
                threads = [threading.Thread(target=wait, args=(n,)) for n in range(1000)]
                for thread in threads: thread.start()
                for thread in threads: thread.join()
                print(len(found), set(found))
                """
            let outcome = try await mount.shell("python3 -c \"$1\" \"$M\"", [program], timeout: 60)
            #expect(outcome.text == "1000 {'completed\\n'}\n", "\(outcome.errors)")
            for (path, count) in rig.emulator.fetchCounts {
                // Looked at when they have just been added, they are asked about after 1, 1.5 and 2.25 s of which one finds them
                // processing, and then after 1, 1.5 and 2.25 s at most; less often when a busy machine comes late to them.
                #expect((1...7).contains(count), "\(path): \(count)")
            }
            #expect(rig.emulator.fetchCounts.count == 10)
        }
    }
}

extension Emulator {
    fileprivate var count: Int { requests().count }
    fileprivate var answered: Int { requests().count { $0.progress == .complete } }
}

extension MountedPulseFS {
    /// How many jobs are polled for somebody who waits.
    fileprivate func watchedJobs() async throws -> Int {
        let text = String(decoding: try await bytes(".pulsefs/metrics"), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("pulsefs_jobs_watched ") }
        return line.flatMap { Int($0.dropFirst("pulsefs_jobs_watched ".count)) } ?? -1
    }
}
