import Foundation
import PulseTestSupport
import Synchronization
import SystemPackage

/// What comes of looking at the mount.
enum Observation {
    case bytes([UInt8])
    case size(Int)
    case names([String])
    case error(Int32)
    /// It takes longer than any operation may.
    case hung
}

/// System calls on threads of their own, so that one that never ends holds up nothing but itself.
enum Look {
    private static let limit: Duration = .seconds(60)

    /// Calls `body` on a new thread; ``Observation/hung`` after a minute.
    private static func onThread(_ body: @escaping @Sendable () -> Observation) async -> Observation {
        let (stream, continuation) = AsyncStream.makeStream(of: Observation.self)
        Thread.detachNewThread {
            continuation.yield(body())
            continuation.finish()
        }
        return await withTaskGroup(of: Observation.self) { group in
            group.addTask {
                for await found in stream { return found }
                return .hung
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return .hung
            }
            defer {
                group.cancelAll()
                continuation.finish()
            }
            return await group.next() ?? .hung
        }
    }

    static func read(_ path: FilePath) async -> Observation {
        await onThread { attempt { try opened(path) { .bytes(try bytes($0, from: 0, count: .max)) } } }
    }

    /// `place` in thousandths of the size.
    static func read(_ path: FilePath, from place: Int, count: Int) async -> (start: Int, found: Observation) {
        let start = Mutex(0)
        let found = await onThread {
            attempt {
                try opened(path) { file in
                    let from = try size(file) / 1_000 * place
                    start.withLock { $0 = from }
                    return .bytes(try bytes(file, from: from, count: count))
                }
            }
        }
        return (start.withLock { $0 }, found)
    }

    static func stat(_ path: FilePath) async -> Observation {
        await onThread {
            attempt { .size(try sizeOfFile(path.string)) }
        }
    }

    static func list(_ path: FilePath) async -> Observation {
        await onThread {
            attempt {
                guard let directory = opendir(path.string) else { throw Errno(rawValue: errno) }
                defer { closedir(directory) }
                var names: [String] = []
                errno = 0
                while let entry = readdir(directory) {
                    names.append(
                        withUnsafePointer(to: &entry.pointee.d_name) {
                            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                        })
                    errno = 0
                }
                guard errno == 0 else { throw Errno(rawValue: errno) }
                return .names(names.filter { $0 != "." && $0 != ".." })
            }
        }
    }

    /// In a process of its own, which SIGBUS ends when a page cannot be read.
    static func map(_ path: FilePath) async throws -> Observation {
        let script = """
            import errno, mmap, os, sys
            try:
                file = os.open(sys.argv[1], os.O_RDONLY)
                size = os.fstat(file).st_size
                sys.stdout.buffer.write(mmap.mmap(file, size, prot=mmap.PROT_READ)[:] if size else b"")
            except OSError as error:
                sys.stdout.buffer.flush(); os._exit(error.errno)
            """
        let outcome = try await Shell.run("python3 -c \"$1\" \"$2\"", [script, path.string], timeout: 60)
        return switch outcome.status {
        case 0: .bytes(outcome.output)
        case 124, 137: .hung
        case 128 + SIGBUS: .error(EIO)
        case let code: .error(code)
        }
    }

    private static func attempt(_ body: () throws -> Observation) -> Observation {
        do { return try body() } catch { return .error((error as? Errno)?.rawValue ?? -1) }
    }

    private static func opened(_ path: FilePath, _ body: (FileDescriptor) throws -> Observation) throws -> Observation {
        let file = try FileDescriptor.open(path, .readOnly, retryOnInterrupt: false)
        defer { try? file.close() }
        return try body(file)
    }

    private static func size(_ file: FileDescriptor) throws -> Int {
        let end = try file.seek(offset: 0, from: .end)
        return Int(end)
    }

    private static func bytes(_ file: FileDescriptor, from start: Int, count: Int) throws -> [UInt8] {
        var (found, offset) = ([UInt8](), Int64(start))
        while found.count < count {
            let piece = try [UInt8](unsafeUninitializedCapacity: min(131_072, count - found.count)) { buffer, filled in
                filled = try file.read(
                    fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(buffer), retryOnInterrupt: false)
            }
            if piece.isEmpty { break }
            found += piece
            offset += Int64(piece.count)
        }
        return found
    }
}

/// By stat(2).
private func sizeOfFile(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Errno(rawValue: errno) }
    return Int(status.st_size)
}
