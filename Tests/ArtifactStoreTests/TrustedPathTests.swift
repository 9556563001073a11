import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import ArtifactStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// As root, who alone can give a file away; for others those tests have nothing to try.
@Suite("Trusted paths")
struct TrustedPathTests {
    /// Runs a script in a new directory and checks `path` there; nil when it is trusted.
    private func distrust(_ script: String, _ path: String = "d/file") async throws -> String? {
        try await ScratchDirectory.with { (scratch) async throws in
            let outcome = try await Shell.run(
                "umask 022; cd \"$1\" && mkdir d && touch d/file && \(script)", [scratch.path.string])
            try #require(outcome.status == 0, "\(outcome.errors)")
            let file = scratch.appending(path)
            do throws(TrustedPath.Distrust) { try TrustedPath.check(file) } catch {
                return error.words(file).replacing(scratch.path.string, with: "H")
            }
            return nil
        }
    }

    @Test(
        "S4.5 what nobody else can change is trusted, also in a sticky directory, through links, and when it is not there"
    )
    func trusted() async throws {
        #expect(try await distrust(":") == nil)
        #expect(try await distrust("chmod 1777 d") == nil)
        #expect(try await distrust("ln -s d e", "e/../e/file") == nil)
        #expect(try await distrust("chmod 777 d; rm d/file; rmdir d") == nil)
        #expect(try await distrust("rm d/file") == nil)
    }

    @Test("S4.5 what others may write, or may replace, is not")
    func writable() async throws {
        #expect(try await distrust("chmod 666 d/file") == "H/d/file can be written by others: run chmod go-w H/d/file")
        #expect(
            try await distrust("chmod 777 d")
                == "H/d can be written by others, who could replace H/d/file: run chmod go-w H/d")
        #expect(try await distrust("mkdir open; ln -s ../d open/link; chmod 777 open", "open/link/file") != nil)
        #expect(
            try await distrust("mkdir open; chmod 777 open; touch open/file; ln -s ../open/file d/link", "d/link")
                != nil)
        #expect(try await distrust("chgrp 4321 d/file; chmod 664 d/file") != nil)
        #expect(try await distrust("ln -s loop loop", "loop") != nil)
    }

    @Test("S4.5 what others own is not", .enabled(if: geteuid() == 0))
    func owner() async throws {
        #expect(
            try await distrust("chown 4321 d/file")?.hasPrefix("H/d/file belongs to user 4321: run chown ") == true)
        #expect(
            try await distrust("chown 4321 d")
                == "H/d belongs to user 4321, who could replace H/d/file: keep it in a directory of your own")
        #expect(try await distrust("chmod 1777 d; ln -s file d/link; chown -h 4321 d/link", "d/link") != nil)
    }

    @Test("S4.5 a cache below a directory in which others can rename it is refused, and nothing is made there")
    func cacheParents() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Shell.run("mkdir \"$1/open\" && chmod 777 \"$1/open\"", [scratch.path.string])
            let cache = scratch.appending("open/a/cache")
            do throws(StoreError) {
                _ = try CacheDirectory(at: cache)
                Issue.record("the directory was used")
            } catch {
                #expect(error.code == .refused)
                #expect(error.message.contains("\(scratch.path)/open can be written by others, who could replace"))
            }
            #expect(FileFacts(of: scratch.appending("open/a")) == nil)
            try await Shell.run("mkdir -p -m 700 \"$1/open/cache\"", [scratch.path.string])
            let inspection = CacheInspection(of: scratch.appending("open/cache"))
            guard case .refused = inspection.directory else { return #expect(Bool(false), "\(inspection.directory)") }
            try await Shell.run("chmod 1777 \"$1/open\"", [scratch.path.string])
            _ = try CacheDirectory(at: cache)
        }
    }
}
