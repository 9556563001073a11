import Foundation
import JobCache
import Quantities
import SystemPackage

/// Reads the lines of a file as they are appended to it; of a FIFO or of standard input until its end.
///
/// It looks a few times a second whether there is more. That takes three system calls, and notices what happens on network
/// file systems too, of which inotify(7) says nothing. For one reader.
final class FollowedFile {
    private struct Opened {
        let descriptor: FileDescriptor
        let identity: FollowedLines.Identity
        /// It is followed; anything else is read until its end.
        let isRegular: Bool
    }

    enum Trouble: Error {
        case unreadable
    }

    private let path: String
    private var opened: Opened?
    private var lines = FollowedLines()
    private var ready: ArraySlice<FollowedLines.Line> = []
    private var hasEnded = false

    private static let pause = Duration.milliseconds(250)
    private static let chunk = 64 << 10

    /// `-` is standard input. A file that does not exist yet is waited for; one that cannot be read, and a directory, are
    /// refused.
    init(_ path: String) throws(Trouble) {
        self.path = path
        opened = try open()
    }

    deinit { close() }

    /// The next line; waits for it. Nil at the end, and when the task is cancelled.
    func next() async -> FollowedLines.Line? {
        while !Task.isCancelled {
            if let line = ready.popFirst() { return line }
            if hasEnded { return nil }
            if !advance() { try? await Task.sleep(for: Self.pause) }
        }
        return nil
    }

    /// False when there is nothing to do as yet.
    private func advance() -> Bool {
        if opened == nil { opened = (try? open()) ?? nil }
        guard let opened else { return false }
        return opened.isRegular ? follow(opened) : drain(opened)
    }

    private func follow(_ file: Opened) -> Bool {
        guard let facts = Self.facts(of: file.descriptor) else { return false }
        let recent = lines.recent
        let isSame =
            recent.isEmpty
            || (try? bytes(of: file, at: lines.position -| UInt64(recent.count), atMost: recent.count)) == recent
        let size = UInt64(clamping: facts.st_size)
        switch lines.step(size: size, isSame: isSame, identity: file.identity, named: named()) {
        case .pause: return false
        case .restart: lines.restart()
        case .reopen:
            lines.restart()
            close()
        case .read:
            guard let bytes = try? bytes(of: file, at: lines.position, atMost: Self.chunk), !bytes.isEmpty else {
                return false
            }
            ready = lines.take(bytes)[...]
        }
        return true
    }

    private func drain(_ file: Opened) -> Bool {
        var look = pollfd(fd: file.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&look, 1, 0) == 1 else { return false }
        // A FIFO says that it has ended only when a writer was there (poll(2)), and is empty before that too.
        if Int32(look.revents) & POLLIN == 0 {
            end()
            return true
        }
        do {
            let bytes = try bytes(of: file, at: nil, atMost: Self.chunk)
            if bytes.isEmpty { end() } else { ready = lines.take(bytes)[...] }
            return true
        } catch Errno.wouldBlock, Errno.interrupted {
            return false
        } catch {
            end()
            return true
        }
    }

    private func end() {
        hasEnded = true
        ready = lines.end().map { [$0] } ?? []
    }

    /// Nil when there is no such file yet.
    private func open() throws(Trouble) -> Opened? {
        let descriptor: FileDescriptor
        do {
            descriptor =
                path == "-"
                ? try FileDescriptor.standardInput.duplicate()
                // A FIFO is opened whether someone writes to it or not yet.
                : try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw .unreadable
        }
        guard let facts = Self.facts(of: descriptor), facts.st_mode & S_IFMT != S_IFDIR else {
            try? descriptor.close()
            throw .unreadable
        }
        return Opened(
            descriptor: descriptor, identity: Self.identity(facts),
            isRegular: path != "-" && facts.st_mode & S_IFMT == S_IFREG)
    }

    private func close() {
        try? opened?.descriptor.close()
        opened = nil
    }

    /// At an offset, or whatever comes next.
    private func bytes(of file: Opened, at offset: UInt64?, atMost count: Int) throws -> [UInt8] {
        try Array(unsafeUninitializedCapacity: count) { buffer, filled in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            filled =
                if let offset {
                    try file.descriptor.read(fromAbsoluteOffset: Int64(clamping: offset), into: bytes)
                } else {
                    try file.descriptor.read(into: bytes)
                }
        }
    }

    private func named() -> FollowedLines.Identity? {
        var facts = stat()
        return stat(path, &facts) == 0 ? Self.identity(facts) : nil
    }

    private static func facts(of descriptor: FileDescriptor) -> stat? {
        var facts = stat()
        return fstat(descriptor.rawValue, &facts) == 0 ? facts : nil
    }

    private static func identity(_ facts: stat) -> FollowedLines.Identity {
        FollowedLines.Identity(device: UInt64(facts.st_dev), number: UInt64(facts.st_ino))
    }
}
