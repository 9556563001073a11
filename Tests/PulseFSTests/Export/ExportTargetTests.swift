import FUSE
import Foundation
import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import PulseFS

/// What is in the directory that is exported into, whatever others do there.
@Suite("Export targets", .timeLimit(.minutes(5)))
struct ExportTargetTests {
    private static func draft(_ target: ExportTarget, _ text: String, replaces: Bool) throws -> JobDraft {
        let place = try target.place()
        let name = try #require(ExportWorkplace.draft(of: "job"))
        let directory = try place.directory.makeDirectory(name, 0o700)
        let file = try directory.makeFile("result.md")
        try file.writeFully(Array(text.utf8))
        try file.close()
        return JobDraft(
            id: "job", name: name, directory: directory, replaces: replaces, written: ["result.md"], directories: [""])
    }

    private static func text(_ path: FilePath) -> String? { try? String(contentsOfFile: path.string, encoding: .utf8) }

    @Test("a draft gets its name when nothing has it, and takes the place of what has it when that is known")
    func publishing() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let target = try ExportTarget(try scratch.make("out"), .init())
            let file = scratch.appending("out").appending("job").appending("result.md")
            try target.publish([try Self.draft(target, "first", replaces: false)])[0].get()
            #expect(Self.text(file) == "first")
            // Someone has made it meanwhile: what is there has to be looked at first.
            let late = target.publish([try Self.draft(target, "late", replaces: false)])[0]
            #expect(throws: ExportFailure.self) { try late.get() }
            #expect(Self.text(file) == "first")
            try target.publish([try Self.draft(target, "second", replaces: true)])[0].get()
            #expect(Self.text(file) == "second")
            try FileManager.default.removeItem(atPath: scratch.appending("out").appending("job").string)
            try target.publish([try Self.draft(target, "third", replaces: true)])[0].get()
            #expect(Self.text(file) == "third")
            target.close()
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.appending("out").string) == ["job"])
        }
    }

    @Test(
        "what someone puts into a job's directory while it is replaced stays, unless all else is to be deleted",
        arguments: [false, true])
    func late(_ deletes: Bool) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let target = try ExportTarget(try scratch.make("out"), .init(deletes: deletes))
            try target.publish([try Self.draft(target, "first", replaces: false)])[0].get()
            let draft = try Self.draft(target, "second", replaces: true)
            let job = scratch.appending("out").appending("job")
            try "mine".write(toFile: job.appending("notes").string, atomically: false, encoding: .utf8)
            try target.publish([draft])[0].get()
            #expect(Self.text(job.appending("result.md")) == "second")
            #expect(Self.text(job.appending("notes")) == (deletes ? nil : "mine"))
            target.close()
        }
    }

    @Test("what a killed export left is removed, a job that had made way is put back, and what is in use is left alone")
    func leftovers() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let out = try scratch.make("out")
            let made = try await Shell.run(
                """
                cd "$1" && mkdir .pulsefs-export-1 .pulsefs-export-1/{a.old,b.old,b.new,c.new} b .pulsefs-export-2
                touch .pulsefs-export-1/lock; echo a > .pulsefs-export-1/a.old/x; echo b > b/x; chmod 500 .pulsefs-export-1/c.new
                mkdir elsewhere; touch elsewhere/x; ln -s elsewhere .pulsefs-export-3; echo > .pulsefs-export-4
                """, [out.string])
            #expect(made.status == 0, "\(made.errors)")
            let other = try ExportTarget(out, .init())
            let place = try other.place()
            let target = try ExportTarget(out, .init())
            _ = try target.place()
            target.close()
            let found = try await Shell.run("cd \"$1\" && ls -A && cat a/x b/x && ls elsewhere", [out.string])
            #expect(
                found.lines.filter { !$0.hasPrefix(".pulsefs-export-") || $0.count == 17 } == [
                    ".pulsefs-export-3", ".pulsefs-export-4", "a", "b", "elsewhere", "a", "b", "x",
                ], "\(found.text)\(found.errors)")
            #expect(found.lines.count { $0.hasPrefix(".pulsefs-export-") } == 3)
            withExtendedLifetime(place) { other.close() }
        }
    }

    @Test("names are never followed")
    func links() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let directory = try DirectoryHandle(try scratch.make("in"))
            let outside = try scratch.make("outside")
            try await Shell.run(
                "echo x > \"$2\"/file; cd \"$1\"; ln -s \"$2\" dir; ln -s \"$2\"/file file; ln -s \"$2\"/new new",
                [scratch.appending("in").string, outside.string])
            #expect(throws: Errno.notDirectory) { try directory.directory("dir") }
            #expect(throws: Errno.tooManySymbolicLinkLevels) { try directory.file("file") }
            #expect(throws: Errno.fileExists) { try directory.makeFile("new") }
            #expect(try directory.facts("dir")?.kind == .link)
            for name in try directory.names() { try directory.removeTree(name) }
            #expect(try directory.names().isEmpty)
            #expect(Self.text(outside.appending("file")) == "x\n")
        }
    }
}
