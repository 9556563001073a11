import JobCache
import PulseAPI
import Quantities
import Synchronization

/// The files of `.pulsefs/explain/`, made when they are looked up: each is named for a path below the root of the mount, with
/// `%2F` for a slash and `%25` for a percent sign, and says what is known of that path.
///
/// It is neither listed nor has it a list, so that whoever reads all there is does not come here. Each lookup makes a file of
/// its own, with a number that no other had: what is read is what was looked up. The latest few hundred are kept.
final class ExplainedPaths: Sendable {
    static let directory = "explain"

    private struct State {
        var files = GenerationCache<Int, (bytes: [UInt8], time: FileTime)>(generation: 256)
        var last = -1
    }

    private let state = Mutex(State())

    /// A number for a new file. After about a million they begin again, long after the first was let go.
    func add(_ bytes: [UInt8]) -> Int {
        state.withLock { state in
            state.last = (state.last + 1) % Node.explainedFiles
            state.files.set((bytes, .now), for: state.last)
            return state.last
        }
    }

    /// Nil when it was let go.
    func file(_ number: Int) -> (bytes: [UInt8], time: FileTime)? { state.withLock { $0.files.value(for: number) } }

    /// The name of the file that explains a path.
    static func name(of path: String) -> String {
        var encoded: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"): encoded += "%25".utf8
            case UInt8(ascii: "/"): encoded += "%2F".utf8
            default: encoded.append(byte)
            }
        }
        let name = String(decoding: encoded, as: UTF8.self)
        return encoded.first.map { $0 == UInt8(ascii: ".") } ?? true ? "%2F" + name : name
    }

    /// The path that a file of this name explains; nil for a name that is none.
    static func path(of name: String) -> String? {
        String(validating: PathSegment(asWritten: name).decoded, as: UTF8.self)
    }
}
