import ArtifactStore
import Testing

@testable import JobCache

@Suite("The date of a job")
struct StoredJobDateTests {
    private func job(
        _ document: String, status: String = "processing", updated: Int64? = nil, created: Int64? = nil, checked: Int64
    ) -> StoredJob {
        StoredJob(
            origin: "https://api.example.com", id: "a", status: status, isTerminal: false,
            createdAt: created.map { Timestamp(seconds: $0) }, updatedAt: updated.map { Timestamp(seconds: $0) },
            checkedAt: Timestamp(seconds: checked), statusDocument: Array(document.utf8), explanation: nil,
            largeResultURL: nil)
    }

    private func date(of job: StoredJob, after known: StoredJob?) -> Int64 {
        var job = job
        job.takeDate(after: known)
        return job.modifiedAt.nanoseconds / 1_000_000_000
    }

    @Test("updated_at, else created_at, else when the API said so")
    func first() {
        #expect(date(of: job("1", updated: 20, created: 10, checked: 100), after: nil) == 20)
        #expect(date(of: job("1", created: 10, checked: 100), after: nil) == 10)
        #expect(date(of: job("1", checked: 100), after: nil) == 100)
    }

    @Test("the same document keeps its date, however often it comes")
    func same() {
        for known in [
            job("1", updated: 20, created: 10, checked: 100), job("1", created: 10, checked: 100),
            job("1", checked: 100),
        ] {
            var again = known
            again.checkedAt = Timestamp(seconds: 200)
            again.takeDate(after: known)
            #expect(again.modifiedAt == known.modifiedAt)
            var third = known
            third.checkedAt = Timestamp(seconds: 300)
            third.takeDate(after: again)
            #expect(third.modifiedAt == known.modifiedAt)
        }
    }

    @Test("another document has a later date, also when updated_at is missing, the same or earlier")
    func other() {
        let known = job("1", updated: 20, created: 10, checked: 100)
        #expect(date(of: job("2", updated: 30, created: 10, checked: 200), after: known) == 30)
        #expect(date(of: job("2", updated: 20, created: 10, checked: 200), after: known) == 200)
        #expect(date(of: job("2", created: 10, checked: 200), after: known) == 200)
        #expect(date(of: job("2", created: 10, checked: 200), after: job("1", created: 10, checked: 100)) == 200)
        #expect(date(of: job("2", checked: 200), after: job("1", checked: 100)) == 200)
        // The first change was dated by the clock, and a second one comes with the updated_at of before.
        var second = job("2", updated: 20, checked: 200)
        second.takeDate(after: known)
        #expect(date(of: job("3", updated: 20, checked: 300), after: second) == 300)
    }

    @Test("S5.6 another document has a later date by a clock that was set back, and whatever the dates are")
    func setBack() {
        let known = job("1", updated: 5000, checked: 5000)
        var next = job("2", checked: 100)
        next.takeDate(after: known)
        #expect(next.modifiedAt > known.modifiedAt)
        var last = known
        last.updatedAt = Timestamp(nanoseconds: .max)
        next.updatedAt = nil
        next.takeDate(after: last)
        #expect(next.modifiedAt == Timestamp(nanoseconds: .max))
    }

    @Test("a date that was given in place of updated_at is kept when the same document comes again")
    func kept() {
        var second = job("2", updated: 20, checked: 200)
        second.takeDate(after: job("1", updated: 20, checked: 100))
        #expect(date(of: job("2", updated: 20, checked: 300), after: second) == 200)
        #expect(date(of: job("2", status: "expired", updated: 20, checked: 300), after: second) == 300)
    }
}
