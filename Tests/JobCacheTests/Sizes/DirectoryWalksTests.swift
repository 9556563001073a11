import ArtifactStore
import Testing

@testable import JobCache

@Suite("Walks through a directory")
struct DirectoryWalksTests {
    private let job = JobOrdinal(1)
    private let start = ContinuousClock.now

    @Test("the second name in a short time makes a walk, which is noticed once")
    func walk() {
        var walks = DirectoryWalks()
        let noticed = ["a", "b", "c", "d"].map { walks.notice($0, of: job, at: start) }
        #expect(noticed == [false, true, false, false])
    }

    @Test("however long a server takes for its answers, the name after the answer makes a walk")
    func slowServer() {
        var walks = DirectoryWalks()
        let answered = start + DirectoryWalks.pause * 10
        let first = walks.notice("a", of: job, at: start)
        walks.answer(in: job, at: answered)
        let second = walks.notice("b", of: job, at: answered + DirectoryWalks.pause)
        #expect(!first && second)
    }

    @Test("a name that is looked at while the answer to another is waited for makes a walk")
    func waiting() {
        var walks = DirectoryWalks()
        let first = walks.notice("a", of: job, at: start)
        let second = walks.notice("b", of: job, at: start + DirectoryWalks.pause * 10)
        #expect(!first && second)
    }

    @Test("the same name again is no walk, nor are names of two directories, nor two names far apart")
    func none() {
        var walks = DirectoryWalks()
        let later = start + DirectoryWalks.pause + .milliseconds(1)
        let looks = [("a", job, start), ("a", job, start), ("b", JobOrdinal(2), start), ("b", job, later)]
        for (name, job, time) in looks {
            let isWalk = walks.notice(name, of: job, at: time)
            #expect(!isWalk)
            walks.answer(in: job, at: time)
        }
    }

    @Test("who reads what it looks at makes no walk, and a walk after readers is another")
    func readers() {
        var walks = DirectoryWalks()
        let looks = ["a", "b", "c"].map { walks.notice($0, of: job, at: start, isReader: true) }
        #expect(looks == [false, false, false])
        let first = walks.notice("d", of: job, at: start)
        let same = walks.notice("e", of: job, at: start)
        walks.end(job)
        let other = walks.notice("f", of: job, at: start)
        #expect(first && !same && other)
    }

    @Test("a walk after a pause is another")
    func again() {
        var walks = DirectoryWalks()
        let later = start + DirectoryWalks.pause * 2
        let looks = [("a", start), ("b", start), ("c", later), ("d", later)]
        let noticed = looks.map { (name, time) in
            defer { walks.answer(in: job, at: time) }
            return walks.notice(name, of: job, at: time)
        }
        #expect(noticed == [false, true, false, true])
    }
}
