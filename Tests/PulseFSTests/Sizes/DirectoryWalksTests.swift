import ArtifactStore
import Testing

@testable import PulseFS

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

    @Test("the same name again is no walk, nor are names of two directories, nor two names far apart")
    func none() {
        var walks = DirectoryWalks()
        let later = start + DirectoryWalks.pause + .milliseconds(1)
        let looks = [("a", job, start), ("a", job, start), ("b", JobOrdinal(2), start), ("b", job, later)]
        for (name, job, time) in looks {
            let isWalk = walks.notice(name, of: job, at: time)
            #expect(!isWalk)
        }
    }

    @Test("a walk after a pause is another")
    func again() {
        var walks = DirectoryWalks()
        let later = start + DirectoryWalks.pause * 2
        let looks = [("a", start), ("b", start), ("c", later), ("d", later)]
        #expect(looks.map { walks.notice($0, of: job, at: $1) } == [false, true, false, true])
    }
}
