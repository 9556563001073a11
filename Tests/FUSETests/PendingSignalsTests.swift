import Testing

@testable import FUSE

@Suite("Pending signals")
struct PendingSignalsTests {
    private static func status(
        pending: String = "0", shared: String = "0", blocked: String = "0", ignored: String = "0", caught: String = "0"
    ) -> String {
        "Name:\tcat\nSigQ:\t0/1\nSigPnd:\t\(pending)\nShdPnd:\t\(shared)\nSigBlk:\t\(blocked)\nSigIgn:\t\(ignored)\nSigCgt:\t\(caught)\n"
    }

    private static let interrupt = String(1 << 1, radix: 16)
    private static let kill = String(1 << 8, radix: 16)
    private static let alarm = String(1 << 13, radix: 16)
    private static let child = String(1 << 16, radix: 16)

    @Test("a pending SIGKILL is fatal, whatever the masks say")
    func kill() throws {
        let signals = try #require(PendingSignals(status: Self.status(pending: Self.kill, blocked: "ffffffffffffffff")))
        #expect(signals.isFatal)
    }

    @Test("an uncaught SIGINT is fatal, to the thread or to the process")
    func interrupt() throws {
        #expect(try #require(PendingSignals(status: Self.status(pending: Self.interrupt))).isFatal)
        #expect(try #require(PendingSignals(status: Self.status(shared: Self.interrupt))).isFatal)
    }

    @Test("a caught, ignored or blocked signal is not")
    func harmless() throws {
        #expect(try !#require(PendingSignals(status: Self.status(pending: Self.alarm, caught: Self.alarm))).isFatal)
        #expect(
            try !#require(PendingSignals(status: Self.status(shared: Self.interrupt, ignored: Self.interrupt))).isFatal)
        #expect(
            try !#require(PendingSignals(status: Self.status(shared: Self.interrupt, blocked: Self.interrupt))).isFatal)
    }

    @Test("a signal that does nothing by default is not")
    func ignoredByDefault() throws {
        #expect(try !#require(PendingSignals(status: Self.status(shared: Self.child))).isFatal)
    }

    @Test("this thread is not about to die, and a thread that does not exist says nothing")
    func real() throws {
        #expect(try !#require(PendingSignals(thread: 1)).isFatal)
        #expect(PendingSignals(thread: 0x3fff_ffff) == nil)
        #expect(PendingSignals(status: "Name:\tcat\n") == nil)
    }
}
