import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs doctor on the cache and the mount point", .takingTurns, .timeLimit(.minutes(10)))
struct DoctorCommandPlaceTests {
    @Test("S7.6 a damaged file of the cache is noticed, and stays where it is")
    func damage() async throws {
        try await Rig.with { (rig) async throws in
            #expect(try await rig.pulsefs("fetch", JobName.invoice).status == 0)
            let whole = try await rig.doctor()
            #expect(whole.outcome("integrity") == "ok" && whole.found("integrity").contains("the index knows 1 jobs"))
            try await rig.flipBit(of: JobName.invoice, slot: 3)
            let files = "cd \"$1\" && find . -type f -not -name 'index.sqlite*' -exec sha256sum {} + | sort"
            let before = try await Shell.run(files, [rig.cache.string]).text
            let said = try await rig.doctor()
            #expect(said.status == 0 && said.outcome("integrity") == "warning", "\(said.said)")
            #expect(said.found("integrity").hasPrefix("1 of ") && said.found("integrity").contains("/3"))
            #expect(said.remedy("integrity") == "pulsefs cache verify --cache-dir \(rig.cache)")
            #expect(try await Shell.run(files, [rig.cache.string]).text == before)
        }
    }

    @Test("S7.6 an index that is no database is noticed, and not made again")
    func damagedIndex() async throws {
        try await Rig.with { (rig) async throws in
            #expect(try await rig.pulsefs("fetch", JobName.invoice).status == 0)
            let index = rig.cache.appending("index.sqlite").string
            try await Shell.run("printf nonsense > \"$1\"; rm -f \"$1\"-*", [index])
            let said = try await rig.doctor()
            #expect(said.status == 0 && said.outcome("integrity") == "warning", "\(said.said)")
            #expect(try await Shell.run("cat \"$1\"", [index]).text == "nonsense")
        }
    }

    @Test("S4.4 a cache directory that others can write is a failure; one that they can look into is a warning")
    func modes() async throws {
        try await Rig.with { (rig) async throws in
            let cache = try rig.scratch.make("cache")
            try await Shell.run("chmod 777 \"$1\"", [cache.string])
            let open = try await rig.doctor()
            #expect(open.status == 1 && open.with("failure") == ["cache"], "\(open.said)")
            #expect(open.remedy("cache")?.contains("chmod 700 \(cache)") == true)
            try await Shell.run("chmod 755 \"$1\"", [cache.string])
            let seen = try await rig.doctor()
            #expect(seen.status == 0 && seen.outcome("cache") == "warning")
            #expect(seen.remedy("cache") == "chmod 700 \(cache)")
            #expect(try await Shell.run("stat -c %a \"$1\"; ls \"$1\"", [cache.string]).text == "755\n")
        }
    }

    @Test(
        "S7.1 a mount point that is missing, full, a file, or within a mount fails; a live mount is fine, a dead one is stale"
    )
    func mountPoints() async throws {
        try await Rig.with { (rig) async throws in
            let full = try rig.scratch.make("full place")
            try await Shell.run("touch \"$1\"/file", [full.string])
            let cases = [
                ("missing", "does not exist"), ("full place", "is not empty"),
                ("full place/file", "is not a directory"),
            ]
            for (name, words) in cases {
                let said = try await rig.doctor("\(rig.scratch.path)/\(name)")
                #expect(said.status == 1 && said.with("failure") == ["mountpoint"], "\(said.said)")
                #expect(said.found("mountpoint").contains(words))
            }
            try await rig.mounted { (mount) async throws in
                try await Shell.run("ln -s \"$1\" \"$2\"", [mount.path.string, rig.scratch.appending("link").string])
                for name in [mount.path.string, rig.scratch.appending("link").string] {
                    let live = try await rig.doctor(name)
                    #expect(live.status == 0 && live.found("mountpoint").contains("is mounted and answers: "))
                }
                let inside = try await rig.doctor(mount.path.appending("jobs").string)
                #expect(inside.status == 1 && inside.found("mountpoint").contains("lies in the mount on"))
                mount.process.signal(SIGKILL)
                _ = await mount.process.ended(within: .seconds(10))
                let stale = try await rig.doctor(mount.path.string)
                #expect(stale.outcome("mountpoint") == "warning", "\(stale.said)")
                #expect(stale.remedy("mountpoint") == "pulsefs unmount --lazy \(mount.path)")
            }
        }
    }

    @Test("S7.1 a mount whose process is stopped is not waited for")
    func stuck() async throws {
        try await Rig.with { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                mount.process.signal(SIGSTOP)
                let said = try await rig.doctor(mount.path.string)
                mount.process.signal(SIGCONT)
                #expect(said.outcome("mountpoint") == "failure", "\(said.said)")
                #expect(said.found("mountpoint").contains("does not answer"))
            }
        }
    }
}
