import Testing

@testable import JobCache

@Suite("Job phase")
struct JobPhaseTests {
    @Test(
        "every documented status has its phase, in either spelling and case",
        arguments: [
            ("pending", JobPhase.running), ("processing", .running), ("completed", .completed), ("failed", .failed),
            ("canceled", .canceled), ("cancelled", .canceled), ("expired", .expired), ("COMPLETED", .completed),
            ("Failed", .failed),
        ])
    func documented(status: String, phase: JobPhase) {
        #expect(JobPhase(status: status) == phase)
    }

    @Test("an unknown status is not terminal", arguments: ["", "awaiting_review", "complete", "completed ", "done"])
    func unknown(status: String) {
        #expect(JobPhase(status: status) == .running)
        #expect(!JobPhase(status: status).isTerminal)
    }

    @Test("all but running are terminal")
    func terminal() {
        for phase in [JobPhase.completed, .failed, .canceled, .expired] { #expect(phase.isTerminal) }
    }
}
