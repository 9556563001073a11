import ArgumentParser
import Foundation
import SystemPackage

/// Reads 4 KiB at places all over a file, the same ones each time, and prints the microseconds that one read took.
struct RandomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "random")

    @Argument var file: String
    @Option var reads = 100_000

    func run() throws {
        let descriptor = try FileDescriptor.open(FilePath(file), .readOnly)
        defer { try? descriptor.close() }
        let pages = try Int(descriptor.seek(offset: 0, from: .end)) / 4096
        guard pages > 0 else { throw ValidationError("\(file) is smaller than 4 KiB") }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 4096)
        defer { buffer.deallocate() }
        var state: UInt64 = 88_172_645_463_325_252
        let start = ContinuousClock.now
        for _ in 0..<reads {
            // xorshift: far apart and cheap beside a read.
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let offset = Int64(state % UInt64(pages)) * 4096
            guard try descriptor.read(fromAbsoluteOffset: offset, into: buffer) == 4096 else { throw ExitCode(1) }
        }
        let (seconds, attoseconds) = start.duration(to: .now).components
        let microseconds = Double(seconds) * 1e6 + Double(attoseconds) / 1e12
        print((microseconds / Double(max(1, reads)) * 1000).rounded() / 1000)
    }
}
