import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage

/// An emulator in this process, a scratch directory, and a cache in it that the mounts of a test share.
struct Rig: Sendable {
    let emulator: Emulator
    let scratch: ScratchDirectory

    var cache: FilePath { scratch.appending("cache") }

    /// The emulator knows the fixtures and `jobs`; its timetables go by `clock`.
    static func with<Value: Sendable>(
        adding jobs: [EmulatedJob] = [], keys: [EmulatedKey] = [], clock: @escaping @Sendable () -> Date = { Date() },
        _ body: (Rig) async throws -> Value
    ) async throws -> Value {
        let configuration = EmulatorConfiguration(
            keys: EmulatedKey.demo + keys, jobs: Fixtures.jobs + jobs, clock: clock)
        return try await ScratchDirectory.with { scratch in
            try await Emulator.with(configuration) { emulator in
                try await body(Rig(emulator: emulator, scratch: scratch))
            }
        }
    }

    /// Mounts for the length of `body`, in a process of its own. What still stalls at the end is let go. The question about
    /// the key with which the mount begins is not among the emulator's requests.
    func mounted<Value: Sendable>(
        key: String = TestKeys.northwind, options: [String] = [], cache: FilePath? = nil,
        environment: [String: String] = [:], tracing trace: [String] = [],
        _ body: (MountedPulseFS) async throws -> Value
    ) async throws -> Value {
        try await MountedPulseFS.with(
            api: emulator.baseURL, key: key, cache: cache ?? self.cache, in: scratch, options: options,
            environment: environment, tracing: trace
        ) { mount in
            // Whether the key is good is asked before the mount is there.
            emulator.clearRequests(matching: KeyScript.check)
            do {
                let value = try await body(mount)
                emulator.clearFaults()
                return value
            } catch {
                emulator.clearFaults()
                throw error
            }
        }
    }

    /// A rig with one mount.
    static func mounted<Value: Sendable>(
        adding jobs: [EmulatedJob] = [], keys: [EmulatedKey] = [], key: String = TestKeys.northwind,
        options: [String] = [], _ body: (Rig, MountedPulseFS) async throws -> Value
    ) async throws -> Value {
        try await with(adding: jobs, keys: keys) { rig in
            try await rig.mounted(key: key, options: options) { mount in try await body(rig, mount) }
        }
    }
}

/// Jobs of the fixtures that the tests speak of.
enum JobName {
    static let invoice = "invoice-2024-0117"
    static let report = "annual-report-fy2024"
    static let oddities = "image-names-collection"
    static let contoso = "payroll-summary-2024-06"
    static let processing = "contract-review-0311"
    static let failed = "scan-unreadable-0042"
}

extension Emulator {
    /// What a fixture is made of; nothing when there is no such image.
    func imageBytes(_ name: String, of job: String) -> [UInt8] {
        guard let content = self.job(job)?.image(named: name)?.content else { return [] }
        return content.bytes(in: 0..<content.count)
    }

    func imageNames(of job: String) -> [String] { (self.job(job)?.images ?? []).map(\.filename) }

    func markdown(of job: String) -> String? { self.job(job)?.result?.markdown }

    /// How often an image of the job was fetched.
    func imageRequests(of job: String) -> Int { imageRequests(of: job, method: "GET") }

    /// How often the size alone of an image of the job was asked for.
    func imageHeads(of job: String) -> Int { imageRequests(of: job, method: "HEAD") }

    private func imageRequests(of job: String, method: String) -> Int {
        requests(matching: .prefix("/results/\(job)/images/")).count { $0.method == method }
    }

    /// How often each path was fetched.
    var fetchCounts: [String: Int] {
        requests().reduce(into: [:]) { if $1.method == "GET" { $0[$1.path, default: 0] += 1 } }
    }
}

extension MountedPulseFS {
    /// The words of a reader that is only `cat`, so that a signal to it is a signal to the reader.
    func cat(_ file: String) -> [String] { ["cat", "--", path.appending(file).string] }

    /// The name of the errno with which a call fails, or `none`. `call` is Python with the path in `p`.
    func errno(of call: String, _ file: String, timeout: Int = 60) async throws -> String {
        let outcome = try await shell(
            """
            python3 - "$M/$1" <<'PY'
            import errno, os, sys
            p = sys.argv[1]
            try:
                \(call)
                print("none")
            except OSError as error:
                print(errno.errorcode[error.errno])
            PY
            """, [file], timeout: timeout)
        return outcome.text.trimmingSuffix(while: \.isNewline) + outcome.errors
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, predicate(last) { text.removeLast() }
        return String(text)
    }
}
