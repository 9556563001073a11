import Glibc
import Logging
import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import MountHost
@testable import PulseFS

@Suite("Log")
struct LogTests {
    @Test("a line is the message, then what it is about, in order and in quotes where that is needed")
    func line() {
        let metadata: Logger.Metadata = ["reason": "it \"broke\" \\ so", "file": "a.md", "empty": "", "more": "a\nb"]
        #expect(
            LogLine.text("it is fetched again", metadata)
                == "it is fetched again empty=\"\" file=a.md more=a?b reason=\"it \\\"broke\\\" \\\\ so\"")
        #expect(LogLine.text("fine", [:]) == "fine")
    }

    @Test("levels have the numbers of syslog")
    func levels() {
        #expect(Logger.Level.allCases.map(\.priority) == [7, 7, 6, 5, 4, 3, 2])
        #expect(LogDestination.standardError.standardLevel == .info)
        #expect(LogDestination.system.standardLevel == .notice && LogDestination.journal.standardLevel == .notice)
    }

    @Test("standard error is the journal's when the environment names its very file")
    func journal() {
        var facts = stat()
        fstat(STDERR_FILENO, &facts)
        let isJournal = { (stream: String) in
            if case .journal = LogDestination.standardError(in: ["JOURNAL_STREAM": stream]) { true } else { false }
        }
        #expect(isJournal("\(facts.st_dev):\(facts.st_ino)"))
        #expect(!isJournal("\(facts.st_dev):\(facts.st_ino + 1)") && !isJournal(""))
    }

    @Test("a log file is its owner's alone, is added to, and begins anew when it is renamed or removed")
    func file() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = scratch.appending("log")
            let text = { (name: String) in SmallFile.text(scratch.appending(name)) }
            let log = try LogFile(path)
            log.write("one")
            rename(path.string, "\(path).1")
            log.write("two")
            #expect(text("log.1") == "one\n" && text("log") == "two\n")
            unlink(path.string)
            log.write("three")
            #expect(text("log") == "three\n")
            try LogFile(path).write("four")
            log.write("five")
            #expect(text("log") == "three\nfour\nfive\n")
            var facts = stat()
            #expect(stat(path.string, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        }
    }

    @Test("a log that cannot be made is refused with what to do")
    func unwritable() throws {
        let failure = #expect(throws: MountFailure.self) { try LogFile("/nowhere/at/all") }
        #expect(try #require(failure).message.contains("--log-file"))
    }
}
