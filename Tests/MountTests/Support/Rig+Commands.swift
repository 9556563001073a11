import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

extension Rig {
    /// Runs a command of `pulsefs` on the rig's API and cache; without a key if that is nil. `timeout` is how long it tries
    /// a request for.
    func pulsefs(
        _ words: String..., key: String? = TestKeys.northwind, input: String = "", timeout: String = ""
    ) async throws -> Shell.Outcome {
        try await run(words, key: key, input: input, timeout: timeout)
    }

    func run(
        _ words: [String], key: String? = TestKeys.northwind, input: String = "", timeout: String = ""
    ) async throws -> Shell.Outcome {
        try await Shell.run(
            "printf %s \"$INPUT\" | \"$@\"", [BuiltProducts.pulsefs] + words,
            environment: environment(key: key).merging(["INPUT": input, "PULSEFS_TIMEOUT": timeout]) { $1 })
    }

    /// What makes a command of `pulsefs` use the rig's API and cache; `P` is its path.
    func environment(key: String? = TestKeys.northwind) -> [String: String] {
        [
            "PULSE_API_URL": emulator.baseURL, "PULSEFS_CACHE_DIR": cache.string, "PULSE_API_KEY": key ?? "",
            "P": BuiltProducts.pulsefs,
        ]
    }

    /// Runs a command of `pulsefs` for the length of `body`, which is cancelled, and fails, after a minute.
    func running(
        _ words: String..., body: @escaping @Sendable (ChildProcess) async throws -> Void
    ) async throws {
        try await running(program: [BuiltProducts.pulsefs] + words, body: body)
    }

    /// The same for any program, which finds the path of `pulsefs` in `P`.
    func running(program: [String], body: @escaping @Sendable (ChildProcess) async throws -> Void) async throws {
        try await ChildProcess.with(program, environment: environment()) { (child) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body(child) }
                group.addTask {
                    try await Task.sleep(for: .seconds(60))
                    throw ChildProcess.Failure(description: "it took more than a minute; its errors: \(child.errors)")
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Looks for something again and again until it is so; fails when it is not within a minute.
    func eventually(
        sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("it was not so within a minute", sourceLocation: sourceLocation)
    }

    /// Changes one bit of a file's content in the cache. `slot` is its number in the job.
    func flipBit(of job: String, slot: Int) async throws {
        let done = try await Shell.run(
            """
            set -- "$1"/blobs/*/"$2"/"$3"
            byte=$(head -c 1 "$1" | od -An -tu1)
            printf "\\\\x$(printf %x $((byte ^ 1)))" | dd of="$1" conv=notrunc status=none
            """, [cache.string, job, "\(slot)"])
        try #require(done.status == 0 && done.errors.isEmpty, "\(done.errors)")
    }
}

extension String {
    /// What a mount says, but for the line that the API has not answered within three seconds: beside other tests it may take longer.
    var whenQuick: String {
        split(separator: "\n").filter { !$0.contains("the API cannot be reached yet (it has not answered within") }
            .joined(separator: "\n")
    }
}

extension Shell.Outcome {
    /// The cells of each line.
    var cells: [[String]] {
        text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }

    func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output)) }

    func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }
}

extension MountedPulseFS {
    /// Looks for something again and again until it is so; fails when it is not within thirty seconds.
    func eventually(
        sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("it was not so within thirty seconds", sourceLocation: sourceLocation)
    }

    /// Returns when a script's outcome is true; fails when it is not within thirty seconds.
    func eventually(
        _ condition: String, _ arguments: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await shell(
            "for try in {1..300}; do if \(condition); then exit 0; fi; sleep 0.1; done; exit 1", arguments)
        #expect(outcome.status == 0, "not within thirty seconds: \(condition)", sourceLocation: sourceLocation)
    }
}
