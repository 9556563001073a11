import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage

/// An API, a small disk with a cache, and up to two mounts of it.
final class World {
    static let keys = [TestKeys.northwind, TestKeys.northwindSecond]

    let emulator: Emulator
    let scratch: ScratchDirectory
    /// When all jobs were accepted.
    let accepted: Date
    private let disk: FilePath
    private let keyFile: FilePath
    private let clockFile: FilePath
    let mountPoints: [FilePath]
    private var daemons: [Int: Int32] = [:]

    var cache: FilePath { disk.appending("cache") }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A world for the length of `body`. Nothing of it is left, however `body` ends.
    static func with<Value: Sendable>(_ body: (World) async throws -> Value) async throws -> Value {
        // Links to results are good for an hour from the end of their job.
        let accepted = Date().addingTimeInterval(-110)
        let jobs = Cast.allCases.filter { $0.start != .unknown }.map { $0.job(in: $0.start, accepted: accepted) }
        return try await ScratchDirectory.with { scratch in
            try await Emulator.with(EmulatorConfiguration(jobs: jobs)) { emulator in
                let world = try await World(emulator, scratch, accepted)
                do {
                    let value = try await body(world)
                    await world.end()
                    return value
                } catch {
                    await world.end()
                    throw error
                }
            }
        }
    }

    private init(_ emulator: Emulator, _ scratch: ScratchDirectory, _ accepted: Date) async throws {
        (self.emulator, self.scratch, self.accepted) = (emulator, scratch, accepted)
        disk = try scratch.make("disk")
        keyFile = scratch.appending("key")
        clockFile = scratch.appending("clock")
        mountPoints = [try scratch.make("mnt0"), try scratch.make("mnt1")]
        try await run("mount -t tmpfs -o size=64m,mode=700 tmpfs \"$1\"", [disk.string])
        try await setKey(Self.keys[0])
        try moveClock(0)
    }

    private func end() async {
        emulator.clearFaults()
        for point in mountPoints { _ = try? await Shell.run("umount -l \"$1\" 2> /dev/null", [point.string]) }
        for (_, daemon) in daemons { await Self.kill(daemon) }
        _ = try? await Shell.run("umount -l \"$1\"", [disk.string])
    }

    private static func kill(_ process: Int32) async {
        Foundation.kill(process, SIGKILL)
        _ = try? await Shell.run("while kill -0 \"$1\" 2> /dev/null; do sleep 0.02; done", ["\(process)"], timeout: 10)
    }

    private func run(_ script: String, _ arguments: [String]) async throws {
        let outcome = try await Shell.run(script, arguments)
        guard outcome.status == 0 else { throw Failure(description: "\(script): \(outcome.errors)") }
    }

    // MARK: Mounts

    func isMounted(_ number: Int) -> Bool { daemons[number] != nil }

    var mounted: [Int] { daemons.keys.sorted() }

    /// Mounts. What the command says if it does not.
    func mount(_ number: Int) async throws -> String? {
        let words = [
            BuiltProducts.pulsefs, emulator.baseURL, cache.string, keyFile.string, mountPoints[number].string,
            scratch.appending("log\(number)").string, BuiltProducts.shiftedClock, clockFile.string,
        ]
        let mounted = try await Shell.run(
            """
            LD_PRELOAD="$7" SHIFTED_CLOCK="$8" "$1" mount --api-url "$2" --cache-dir "$3" --api-key-file "$4" --auth-ttl 1s --timeout 4s --log-file "$6" "$5" || exit
            # It tells also that the API does not answer, by its exit code.
            "$1" status --json "$5" || true
            """, words, timeout: 60)
        guard mounted.status == 0 else { return "status \(mounted.status): \(mounted.errors)" }
        let text = mounted.text.drop { $0 != "[" && $0 != "{" }
        guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
            let status = (object as? [[String: Any]])?.first, let process = status["pid"] as? Int
        else { throw Failure(description: "no process in \(mounted.text)") }
        daemons[number] = Int32(process)
        return nil
    }

    /// What the command says if it does not unmount.
    func unmount(_ number: Int) async throws -> String? {
        guard let daemon = daemons[number] else { return nil }
        let done = try await Shell.run(
            """
            "$1" unmount "$2"; status=$?
            while kill -0 "$3" 2> /dev/null; do sleep 0.02; done
            exit $status
            """, [BuiltProducts.pulsefs, mountPoints[number].string, "\(daemon)"], timeout: 120)
        // A result that can be fetched only once is finished also where the API cuts each answer. It says that it goes on.
        guard done.status == 0 || done.status == 1 && done.errors.contains("has not ended") else {
            return "status \(done.status): \(done.errors)"
        }
        daemons[number] = nil
        return nil
    }

    func killDaemon(_ number: Int) async throws {
        guard let daemon = daemons.removeValue(forKey: number) else { return }
        await Self.kill(daemon)
        try await run("umount -l \"$1\"", [mountPoints[number].string])
    }

    func log(_ number: Int) -> String {
        (try? String(contentsOfFile: scratch.appending("log\(number)").string, encoding: .utf8)) ?? ""
    }

    // MARK: What happens to it

    /// The machine's time of day is so many seconds ahead.
    func moveClock(_ seconds: Int) throws {
        let ahead = withUnsafeBytes(of: Int64(seconds)) { Data($0) }
        guard let file = FileHandle(forWritingAtPath: clockFile.string) else {
            return try ahead.write(to: URL(fileURLWithPath: clockFile.string))
        }
        try file.write(contentsOf: ahead)
        try file.close()
    }

    func setKey(_ key: String) async throws {
        try await run("umask 077; printf '%s\\n' \"$2\" > \"$1.new\" && mv \"$1.new\" \"$1\"", [keyFile.string, key])
    }

    func setKey(_ number: Int, good: Bool) {
        let key = Self.keys[number]
        if good {
            emulator.add(key: EmulatedKey(value: key, alias: "key-\(number)", organization: .northwind))
        } else {
            emulator.revoke(key: key)
        }
    }

    func set(_ fault: ModelFault) {
        emulator.clearFaults()
        switch fault {
        case .unavailable: emulator.set(.status(503), on: .any)
        case .broken: emulator.set(.status(500), on: .any)
        case .cut: emulator.set(.cutBody(afterBytes: 1_000), on: .any)
        case .reset: emulator.set(.resetBeforeHeaders, on: .any)
        case .page: emulator.set(.html, on: .any)
        case .noJob: emulator.set(.json("[1, 2]"), on: .any)
        // A link that is silent is waited for, for minutes.
        case .silent: emulator.set(.stallBeforeHeaders, on: .regex("^/(job|results)"))
        case .drip: emulator.set(.drip(bytesPerSecond: 200_000), on: .any)
        }
    }

    func prune() async throws {
        try await run(
            "\"$1\" cache prune --cache-dir \"$2\" --to 0 > /dev/null", [BuiltProducts.pulsefs, cache.string])
    }

    /// Turns round a bit of one of the cache's files. Its path below the cache; nil when there is none.
    func damage(_ place: Int) async throws -> String? {
        let found = try await Shell.run(
            """
            cd "$1" 2> /dev/null && find blobs -type f -size +0 | sort | python3 -c '
            import sys
            names, place = sys.stdin.read().split("\\n")[:-1], int(sys.argv[1])
            if names:
                name = names[place % len(names)]
                with open(name, "r+b") as file:
                    content = file.read(); at = place * 7919 % len(content)
                    file.seek(at); file.write(bytes([content[at] ^ 1 << place % 8]))
                print(name)' "$2"
            """, [cache.string, "\(place)"])
        return found.lines.first
    }

    func loseIndex() async throws { try await run("rm -f \"$1\"/index.sqlite*", [cache.string]) }

    func fillDisk() async throws {
        _ = try await Shell.run("dd if=/dev/zero of=\"$1/filler\" bs=64k status=none", [disk.string])
    }

    func freeDisk() async throws { try await run("rm -f \"$1/filler\"", [disk.string]) }
}
