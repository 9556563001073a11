import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A mount and its cache, one in the other: the two would wait for each other, and could not be killed.
@Suite("A mount and its cache in each other", .takingTurns, .timeLimit(.minutes(10)))
struct CacheNestingTests {
    struct Nesting: Sendable, CustomTestStringConvertible {
        let name: String
        /// In the directory `$D`.
        var setUp = ":"
        let mountpoint: String
        let cache: String
        /// What is said of it.
        let words: String
        var takesMounting = false

        var testDescription: String { name }

        static let all = [
            Nesting(name: "the same", setUp: "mkdir a", mountpoint: "a", cache: "a", words: "directory of the cache"),
            Nesting(
                name: "the same, used already", setUp: "\"$P\" jobs add --cache-dir a \(JobName.invoice) > /dev/null",
                mountpoint: "a", cache: "a", words: "directory of the cache"),
            Nesting(
                name: "cache inside, not yet there", setUp: "mkdir a", mountpoint: "a", cache: "a/b/c",
                words: "would be in the mount"),
            Nesting(
                name: "cache inside, there", setUp: "mkdir -p -m 700 a/b", mountpoint: "a", cache: "a/b",
                words: "would be in the mount"),
            Nesting(
                name: "mount inside", setUp: "mkdir -p -m 700 a a/b/c", mountpoint: "a/b/c", cache: "a",
                words: "is in the cache"),
            Nesting(
                name: "mount inside, not there", setUp: "mkdir -m 700 a", mountpoint: "a/b", cache: "a",
                words: "is in the cache"),
            Nesting(
                name: "cache by a link", setUp: "mkdir a; ln -s a l", mountpoint: "a", cache: "l/c",
                words: "would be in the mount"),
            Nesting(
                name: "cache by a link that is the last name", setUp: "mkdir a b; ln -s ../a b/l", mountpoint: "a",
                cache: "b/l", words: "directory of the cache"),
            Nesting(
                name: "mount by a link", setUp: "mkdir a; ln -s a l", mountpoint: "l", cache: "a/c",
                words: "would be in the mount"),
            Nesting(
                name: "mount in the cache by a link", setUp: "mkdir -p -m 700 a a/b; ln -s a/b l", mountpoint: "l",
                cache: "a", words: "is in the cache"),
            Nesting(
                name: "by ..", setUp: "mkdir -p a b", mountpoint: "b/../a", cache: "b/../a/./c",
                words: "would be in the mount"),
            Nesting(
                name: "by .. behind a link", setUp: "mkdir -p b/x a/y; ln -s ../a/y b/l", mountpoint: "a",
                cache: "b/l/../c", words: "would be in the mount"),
            Nesting(
                name: "by .. behind what is not there", setUp: "mkdir a", mountpoint: "a", cache: "new/../a/c",
                words: "would be in the mount"),
            Nesting(
                name: "cache by a bind mount", setUp: "mkdir a b; mount --bind a b", mountpoint: "a", cache: "b/c",
                words: "would be in the mount", takesMounting: true),
            Nesting(
                name: "mount by a bind mount of the cache", setUp: "mkdir -p -m 700 a a/m b; mount --bind a b",
                mountpoint: "b/m", cache: "a", words: "is in the cache", takesMounting: true),
            Nesting(
                name: "mount by a bind mount of a part of the cache",
                setUp: "mkdir -p -m 700 a a/s/m b; mount --bind a/s b", mountpoint: "b/m", cache: "a",
                words: "is in the cache", takesMounting: true),
            Nesting(
                name: "the same file system twice",
                setUp:
                    "mkdir a b; mount -t tmpfs tmpfs a; mount --bind a b; mkdir a/m; mount --make-private a; mount --make-private b",
                mountpoint: "a/m", cache: "b/m/c", words: "would be in the mount", takesMounting: true),
        ]
    }

    /// Ends the requests of what is mounted below `$D`, so that whoever waits for them can end.
    private static let abort = """
        abort() {
          awk -v d="$D/" 'index($5, d) == 1 && / - fuse.pulsefs / { sub(".*:", "", $3); print $3 }' /proc/self/mountinfo |
            while read -r c; do echo 1 > /sys/fs/fuse/connections/$c/abort; done
        }

        """

    @Test(
        "S7.1: a cache in the mount point, or a mount point in the cache, is refused in one line",
        arguments: Nesting.all)
    func refused(_ nesting: Nesting) async throws {
        guard !nesting.takesMounting || Privilege.isRoot else { return }
        try await Rig.with { (rig) async throws in
            for foreground in ["", "--foreground"] {
                let said = try await rig.script(
                    Self.abort + """
                        mkdir "$D/n$1"; cd "$D/n$1" || exit; \(nesting.setUp); find . > ../before
                        timeout -s KILL 20 "$P" mount $1 --cache-dir "\(nesting.cache)" "\(nesting.mountpoint)"
                        code=$?; [ $code = 1 ] || abort
                        find . > ../after; cmp ../before ../after && [ -z "$(mounts | grep fuse)" ]; echo $code
                        """, [foreground], isApart: nesting.takesMounting)
                #expect(said.text == "1\n", "\(said.text)")
                #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)")
                #expect(said.errors.contains(nesting.words) && said.errors.contains("--cache-dir"), "\(said.errors)")
            }
        }
    }

    @Test("S7.1: a cache beside the mount point is none in it, whatever the names have in common")
    func beside() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                mkdir "$D/a" "$D/d"; ln -s ../d "$D/a2"
                for cache in "$D/a-cache" "$D/aa/c" "$D/d/c"; do
                  "$P" mount --cache-dir "$cache" "$D/a" > /dev/null; echo $?; "$P" unmount "$D/a"
                done
                """)
            #expect(said.text == "0\n0\n0\n", "\(said.text) \(said.errors)")
        }
    }

    @Test("S7.1: a command whose cache would be in a mount of PulseFS is refused, and looks nothing up there")
    func commands() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            // Not by `script`, which takes away what is mounted.
            let (link, empty) = (rig.scratch.appending("link"), try rig.scratch.make("empty"))
            try await Shell.run("ln -s \"$1\" \"$2\"", [mount.path.string, link.string])
            for words in [
                "cache info", "cache verify", "cache prune", "jobs list", "jobs add a", "jobs forget a", "fetch a",
                "wait a", "explain jobs/a", "mount \(empty)",
            ] {
                for place in [mount.path, link] {
                    let cache = place.appending("jobs").appending("some-job").string
                    let said = try await rig.run(words.split(separator: " ").map(String.init) + ["--cache-dir", cache])
                    #expect(said.status != 0 && said.output.isEmpty, "\(words)")
                    #expect(said.errors.contains("is in the mount on \(mount.path)"), "\(words): \(said.errors)")
                    #expect(said.errors.split(separator: "\n").count == 1, "\(words): \(said.errors)")
                }
            }
            #expect(rig.emulator.requests(matching: .path("/job/some-job")).isEmpty)
        }
    }

    @Test("S7.1: a log in the mount point is refused however it is named, and is not made")
    func log() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                ln -s "$M" "$D/link"; mkdir "$D/b"
                for log in "$M/log" "$D/link/log" "$D/b/../link/log"; do
                  timeout -s KILL 20 "$P" mount --log-file "$log" "$M"; echo $?
                done; find "$M"
                """)
            #expect(said.lines.prefix(3) == ["1", "1", "1"] && said.lines.count == 4, "\(said.text)")
            #expect(said.errors.split(separator: "\n").allSatisfy { $0.contains("--log-file") }, "\(said.errors)")
        }
    }

    @Test("S7.1: doctor names a cache in the mount point, and one in a mount")
    func doctor() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let place = try rig.scratch.make("d")
            let nested = try await rig.doctor(place.string, "--cache-dir", place.appending("c").string)
            #expect(nested.outcome("mountpoint") == "failure" && nested.found("mountpoint").contains("would be in"))
            let inMount = try await rig.doctor("--cache-dir", mount.path.appending("jobs/some-job").string)
            #expect(inMount.outcome("cache") == "failure" && inMount.found("cache").contains("is in the mount on"))
            #expect(rig.emulator.requests(matching: .path("/job/some-job")).isEmpty)
        }
    }
}
