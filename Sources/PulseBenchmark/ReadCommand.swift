import ArgumentParser
import Foundation
import Synchronization

/// Opens, reads and closes every file of a directory once, and prints the microseconds that one took.
struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "read")

    @Argument var directory: String
    @Option(help: "Readers at a time.") var threads = 1

    func run() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted().map { "\(directory)/\($0)" }
        let next = Atomic<Int>(0)
        let failures = Atomic<Int>(0)
        let start = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
            defer { buffer.deallocate() }
            while case let place = next.add(1, ordering: .relaxed).oldValue, place < files.count {
                if !Self.read(files[place], buffer) { failures.add(1, ordering: .relaxed) }
            }
        }
        let (seconds, attoseconds) = start.duration(to: .now).components
        guard failures.load(ordering: .relaxed) == 0 else { throw ExitCode(1) }
        let microseconds = Double(seconds) * 1e6 + Double(attoseconds) / 1e12
        print((microseconds / Double(max(1, files.count)) * 100).rounded() / 100)
    }

    private static func read(_ path: String, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 { return false }
            if count == 0 { return true }
        }
    }
}
