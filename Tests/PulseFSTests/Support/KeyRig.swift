import JobCacheTestSupport
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage

@testable import JobCache

/// An emulator, a cache, a file with a key, and a clock for the rules about keys.
struct KeyRig {
    static let check = RequestPattern.path("/job/pulsefs-key-check")

    let emulator: Emulator
    let scratch: ScratchDirectory
    let clock = StillClock()

    static func with(_ body: (KeyRig) async throws -> Void) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                try await body(KeyRig(emulator: emulator, scratch: scratch))
            }
        }
    }

    private var keyFile: FilePath { scratch.appending("key") }

    /// A tree on the cache, with the key of the environment or, if `fromFile`, of the file.
    func tree<Value: Sendable>(
        key: String = TestTree.northwind, fromFile: Bool = false, rules: KeyRules = KeyRules(),
        _ body: (TestTree) async throws -> Value
    ) async throws -> Value {
        if fromFile { try await write(key) }
        return try await TestTree.with(
            emulator.baseURL, cache: scratch.appending("cache"), key: key, keyFile: fromFile ? keyFile : nil,
            rules: rules, clock: clock, body)
    }

    /// Puts another text into the key file.
    func write(_ text: String, mode: String = "600") async throws {
        try await script("printf %s \"$2\" > \"$1\"; chmod \(mode) \"$1\"", text)
    }

    /// Runs a script with `$1` the key file.
    func script(_ text: String, _ argument: String = "") async throws {
        let outcome = try await Shell.run("umask 077; " + text, [keyFile.string, argument])
        guard outcome.status == 0 else { throw MountedPulseFS.Failure(description: outcome.errors) }
    }

    /// As much time passes as the rules let a key go unchecked, and the timer looks.
    func passTTL(_ tree: TestTree, isInUse: Bool = true) async {
        clock.advance(by: KeyRules.defaultTTL)
        await tree.keyring.tick(isInUse: isInUse)
    }

    /// Someone asks while all is closed, the pause between two questions passes, and the timer looks.
    func askAgain(_ tree: TestTree) async {
        _ = tree.keyring.door()
        clock.advance(by: .seconds(5))
        await tree.keyring.tick(isInUse: false)
    }
}
