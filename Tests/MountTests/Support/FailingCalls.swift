import CFailingCalls
import Foundation
import PulseTestSupport
import SystemPackage

/// Counts the calls that programs make about the files of a cache, and lets one of them fail.
///
/// The programs are started with `environment`; what is said here holds for them from the next call on.
final class FailingCalls: Sendable {
    /// How often each call was made.
    typealias Counts = [Site: Int]

    /// All calls of a kind about a place.
    struct Site: Hashable {
        let kind: FailingCall.Kind
        let place: FailingCall.Place
    }

    /// What makes a program take part.
    let environment: [String: String]
    // Memory that is shared with other processes, changed by atomic functions alone, and unmapped with this object.
    nonisolated(unsafe) private let board: UnsafeMutablePointer<failing_board>

    /// `directory` is a cache by a path without links in it, whether it is there or not; `file` is for the board.
    init(below directory: FilePath, board file: FilePath) throws {
        let size = MemoryLayout<failing_board>.size
        let descriptor = try FileDescriptor.open(
            file, .readWrite, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        defer { try? descriptor.close() }
        try descriptor.resize(to: Int64(size))
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.rawValue, 0),
            memory != MAP_FAILED
        else { throw Errno(rawValue: errno) }
        board = memory.assumingMemoryBound(to: failing_board.self)
        environment = ["LD_PRELOAD": BuiltProducts.failingCalls, "FAILING_CALLS": file.string]
        for place in FailingCall.Place.allCases { failing_set_place(board, place.rawValue, place.prefix) }
        failing_set_directory(board, directory.string)
    }

    deinit { munmap(board, MemoryLayout<failing_board>.size) }

    /// The calls so far.
    var counts: Counts {
        var counts: Counts = [:]
        for kind in FailingCall.Kind.allCases {
            for place in FailingCall.Place.allCases {
                let count = Int(failing_count(board, kind.rawValue, place.rawValue))
                if count > 0 { counts[Site(kind: kind, place: place)] = count }
            }
        }
        return counts
    }

    /// Lets a call fail, and none that was to fail before.
    func fail(_ call: FailingCall) {
        let failing: UInt64 =
            switch call.way.manner {
            case .once: 1
            case .halfWay: 2
            case .fromThenOn: .max
            }
        failing_order(
            board, 1 << call.kind.rawValue, 1 << call.place.rawValue, call.way.error.rawValue,
            call.way.manner == .halfWay ? 1 : 0, UInt64(call.number - 1), failing)
    }

    /// A call that failed.
    struct Struck {
        /// What it was about.
        let path: String
        /// Where its callers stand in the program's file, from the innermost.
        let frames: [UInt64]
    }

    /// All calls succeed again. The first that has failed; nil when none has.
    @discardableResult
    func mend() -> Struck? {
        failing_clear(board)
        guard failing_struck(board) > 0 else { return nil }
        let frames = (0..<UInt32(failing_frame_limit)).map { failing_struck_frame(board, $0) }
        return Struck(path: String(cString: failing_struck_path(board)), frames: frames.filter { $0 != 0 })
    }
}
