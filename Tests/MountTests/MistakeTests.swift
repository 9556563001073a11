import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A mistake at the command line, and the words that say how to mend it.
struct Mistake: Sendable, CustomTestStringConvertible {
    let name: String
    /// Made in an empty directory before the command.
    var setUp = ":"
    let command: String
    let advice: [String]

    var testDescription: String { name }

    static let all = [
        Mistake(name: "directory missing", command: "$P mount $K $D/none", advice: ["does not exist", "mkdir -p"]),
        Mistake(
            name: "directory not empty", setUp: "mkdir $D/full; touch $D/full/a", command: "$P mount $K $D/full",
            advice: ["not empty", "empty directory"]),
        Mistake(name: "a file", setUp: "touch $D/file", command: "$P mount $K $D/file", advice: ["not a directory"]),
        Mistake(
            name: "no key", setUp: "mkdir $D/m", command: "$P mount $D/m",
            advice: ["run pulsefs init", "PULSE_API_KEY", "--api-key-file"]),
        Mistake(
            name: "an empty key", setUp: "mkdir $D/m; install -m 600 /dev/null $D/empty",
            command: "$P mount --api-key-file $D/empty $D/m", advice: ["no API key", "one line"]),
        Mistake(
            name: "a key file that is not there", setUp: "mkdir $D/m", command: "$P mount --api-key-file $D/none $D/m",
            advice: ["API key", "none"]),
        Mistake(
            name: "a key file that others can read", setUp: "mkdir $D/m; chmod 644 $D/key",
            command: "$P mount $K $D/m", advice: ["chmod 600"]),
        Mistake(
            name: "an address that is none", setUp: "mkdir $D/m", command: "$P mount --api-url nonsense $K $D/m",
            advice: ["nonsense", "--api-url", "https://"]),
        Mistake(
            name: "an address of another kind", setUp: "mkdir $D/m",
            command: "$P mount --api-url ftp://a.example $K $D/m",
            advice: ["--api-url"]),
        Mistake(
            name: "a cache that others can write", setUp: "mkdir $D/m; mkdir -m 777 $D/open",
            command: "$P mount $K --cache-dir $D/open $D/m", advice: ["cache", "chmod"]),
        Mistake(
            name: "a cache that is a file", setUp: "mkdir $D/m; touch $D/file",
            command: "$P mount $K --cache-dir $D/file $D/m", advice: ["cache"]),
        Mistake(
            name: "unmount of what is not mounted", setUp: "mkdir $D/m", command: "$P unmount $D/m",
            advice: ["nothing is mounted"]),
        Mistake(name: "unmount of nothing at all", command: "$P unmount $D/none", advice: ["nothing is mounted"]),
        Mistake(
            name: "a cache size that is none", setUp: "mkdir $D/m; export PULSEFS_CACHE_SIZE=huge",
            command: "$P mount $K $D/m", advice: ["huge", "PULSEFS_CACHE_SIZE", "10G"]),
        Mistake(
            name: "a cache that is not there", command: "$P cache info --cache-dir $D/none",
            advice: ["there is no cache", "none", "--cache-dir"]),
        Mistake(
            name: "pruning a cache that others can write", setUp: "mkdir -m 777 $D/open",
            command: "$P cache prune --cache-dir $D/open", advice: ["cache", "chmod"]),
        Mistake(
            name: "jobs without a key", command: "$P jobs add some-job", advice: ["PULSE_API_KEY", "--api-key-file"]),
        Mistake(
            name: "forgetting what is not known", setUp: "mkdir -m 700 $D/c",
            command: "$P jobs forget --cache-dir $D/c some-job", advice: ["some-job", "no such job"]),
        Mistake(
            name: "fetching from an API that is not there",
            command: "$P fetch $K --api-url http://127.0.0.1:9 some-job",
            advice: ["some-job", "got no answer"]),
        Mistake(
            name: "a file of settings that is not there", setUp: "mkdir $D/m",
            command: "$P mount --config $D/none.toml $K $D/m", advice: ["--config: ", "none.toml does not exist"]),
        Mistake(
            name: "a setting that there is not", setUp: "mkdir $D/m; echo 'timout = 1' > $D/c.toml",
            command: "$P mount --config $D/c.toml $K $D/m", advice: ["c.toml:1: ", "is it timeout?"]),
        Mistake(
            name: "a profile that there is not", setUp: "echo '[profiles.work]' > $D/c.toml",
            command: "$P cache info --config $D/c.toml --profile wrok", advice: ["--profile: ", "work"]),
        Mistake(
            name: "a bad setting for a job", setUp: "echo 'timeout = \"soon\"' > $D/c.toml; unset PULSEFS_TIMEOUT",
            command: "$P fetch $K --config $D/c.toml some-job", advice: ["c.toml:1: ", "soon"]),
        Mistake(name: "unmount of another kind", command: "$P unmount /proc", advice: ["/proc", "another kind"]),
    ]
}

@Suite("Mistakes", .takingTurns, .timeLimit(.minutes(10)))
struct MistakeTests {
    private static let preparation = """
        D=$1; P=$2; K="--api-key-file $D/key"; export XDG_CACHE_HOME=$D/caches PULSEFS_TIMEOUT=2s
        mkdir $D/caches; (umask 077; echo pulse-key-of-nobody > $D/key)
        """

    @Test(
        "S7.1: a mistake is answered with one line that says what to do, and exit code 1", arguments: Mistake.all,
        ["", "--foreground"])
    func mistake(_ mistake: Mistake, _ flag: String) async throws {
        if !flag.isEmpty, !mistake.command.hasPrefix("$P mount") { return }
        try await ScratchDirectory.with { (scratch) async throws in
            let command = mistake.command.replacing("$P mount", with: "$P mount \(flag)")
            let said = try await Shell.run(
                "\(Self.preparation); \(mistake.setUp); unset PULSE_API_KEY; \(command)",
                [scratch.path.string, BuiltProducts.pulsefs], timeout: 30)
            #expect(said.status == 1)
            #expect(said.output.isEmpty)
            #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)")
            #expect(said.errors.hasPrefix("pulsefs: "))
            for words in mistake.advice { #expect(said.errors.contains(words), "\(said.errors)") }
            #expect(!said.errors.contains("pulse-key-of-nobody"))
            #expect(
                try await Shell.run("grep -c \" $1\" /proc/self/mountinfo", [scratch.path.string]).text == "0\n")
        }
    }

    @Test(
        "S7.1: a directory that is mounted already is said to be, and stays mounted", arguments: ["", "--foreground"])
    func mountedAlready(_ flag: String) async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let said = try await mount.shell(
                "\(Self.preparation); $P mount \(flag) $K --api-url \(rig.emulator.baseURL) \"$M\"",
                [try rig.scratch.make("mistake").string, BuiltProducts.pulsefs], timeout: 30)
            #expect(said.status == 1 && said.output.isEmpty)
            #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)")
            #expect(said.errors.contains("mounted already") && said.errors.contains("pulsefs unmount"))
            #expect(try await mount.bytes("README.txt").count > 100)
        }
    }

    @Test(
        "S7.1: wrong usage is exit code 64",
        arguments: ["mount", "mount --no-such-flag /tmp", "unmount", "no-such-command"])
    func usage(_ words: String) async throws {
        let said = try await Shell.run("\"$1\" \(words)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 64)
        #expect(said.output.isEmpty && said.errors.split(separator: "\n").count == 1, "\(said.errors)")
    }
}
