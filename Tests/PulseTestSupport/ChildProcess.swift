import Foundation
import Synchronization

/// A program that runs beside a test: it can be signalled, its end can be awaited, and it does not outlive its `with`.
public final class ChildProcess: Sendable {
    private struct State {
        var status: Int32?
        var waiters: [AsyncStream<Int32>.Continuation] = []
    }

    public let identifier: Int32
    private let outputFile: URL
    private let errorsFile: URL
    private let state: Mutex<State>

    /// Runs a program, found in PATH, for the length of `body`. It starts with no signal ignored or blocked.
    public static func with<Value>(
        _ words: [String], environment: [String: String] = [:], _ body: (ChildProcess) async throws -> Value
    ) async throws -> Value {
        try await group([words], environment: environment) { children in try await body(children[0]) }
    }

    /// Runs several programs at once.
    public static func group<Value>(
        _ programs: [[String]], environment: [String: String] = [:], _ body: ([ChildProcess]) async throws -> Value
    ) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appending(path: "child-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var children: [ChildProcess] = []
        do {
            for (number, words) in programs.enumerated() {
                children.append(try ChildProcess(words, environment, directory.appending(path: "\(number)")))
            }
            let value = try await body(children)
            await end(children)
            return value
        } catch {
            await end(children)
            throw error
        }
    }

    private static func end(_ children: [ChildProcess]) async {
        for child in children { child.signal(SIGKILL) }
        // One that cannot be killed holds up nobody but itself.
        for child in children { _ = await child.ended(within: .seconds(5)) }
    }

    private init(_ words: [String], _ environment: [String: String], _ files: URL) throws {
        outputFile = files.appendingPathExtension("out")
        errorsFile = files.appendingPathExtension("err")
        let process = try SpawnedProcess(
            words, environment: TestEnvironment.variables.merging(environment) { $1 },
            output: outputFile.path, errors: errorsFile.path)
        identifier = process.identifier
        state = Mutex(State())
        process.whenEnded { [self] in end(with: $0) }
    }

    private func end(with status: Int32) {
        let waiters = state.withLock { state in
            state.status = status
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.yield(status) }
    }

    /// Does nothing once the program has ended.
    public func signal(_ number: Int32) {
        state.withLock { if $0.status == nil { _ = kill(identifier, number) } }
    }

    /// The exit status, or 128 and the signal's number, as shells have it; nil if it runs for longer than `limit`.
    public func ended(within limit: Duration = .seconds(60)) async -> Int32? {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        state.withLock { state in
            if let status = state.status { continuation.yield(status) } else { state.waiters.append(continuation) }
        }
        return await withTaskGroup(of: Int32?.self) { group in
            group.addTask {
                for await status in stream { return status }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    public var hasEnded: Bool { state.withLock { $0.status != nil } }

    /// What it has written so far.
    public var output: [UInt8] { Array((try? Data(contentsOf: outputFile)) ?? Data()) }
    public var errors: String { (try? String(contentsOf: errorsFile, encoding: .utf8)) ?? "" }

    /// Returns once the program waits inside a file system: for a name, or for bytes of a file.
    ///
    /// Reads proc(5), which says so only to the program's owner.
    public func waitUntilStuck() async throws {
        let places = [
            "request_wait_answer", "d_alloc_parallel", "d_wait_lookup", "folio_wait", "folio_lock", "filemap",
        ]
        while true {
            let place = (try? String(contentsOfFile: "/proc/\(identifier)/wchan", encoding: .utf8)) ?? ""
            if places.contains(where: place.contains) { return }
            guard !hasEnded else { throw Failure(description: "it ended, and was to wait: \(errors)") }
            try await Self.pauseBetweenLooks()
        }
    }

    /// Returns once it has written this to its output.
    public func waitForOutput(_ text: String) async throws {
        while !String(decoding: output, as: UTF8.self).contains(text) {
            guard !hasEnded else { throw Failure(description: "it ended without saying \"\(text)\": \(errors)") }
            try await Self.pauseBetweenLooks()
        }
    }

    /// Returns once it has written this to its standard error.
    public func waitForErrors(_ text: String) async throws {
        while !errors.contains(text) {
            guard !hasEnded else { throw Failure(description: "it ended without saying \"\(text)\": \(errors)") }
            try await Self.pauseBetweenLooks()
        }
    }

    /// What cannot be waited for is looked at again and again; the pause leaves the processor to others.
    private static func pauseBetweenLooks() async throws { try await Task.sleep(for: .milliseconds(5)) }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }
}
