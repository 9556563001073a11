import PulseAPI
import Transfer

/// How the sizes of files are learnt, origin by origin: by HEAD where that is known to tell the truth, by the head of a GET
/// where it is not. Decisions only; whoever holds it asks.
///
/// HEAD is not documented by the API, and files may live at other places too: a server may refuse it, leave the length out,
/// or answer it from another route than GET. So until it has once told a size, what it refuses is confirmed by GET.
struct HeadTrust {
    /// What came of a HEAD.
    enum Answer: Hashable, Sendable {
        case size(UInt64)
        /// An answer that says nothing of the file: no length, a coded body, a page.
        case nothing
        case refused(status: Int)
        /// The server is there, and gave no answer.
        case silent
        /// The server was not reached, or not asked.
        case failed
    }

    enum Question: Hashable, Sendable {
        case head
        case get
    }

    enum Decision: Hashable, Sendable {
        /// The answer stands, be it a size or a refusal.
        case believe
        /// Ask by GET; say what it told with `confirm`.
        case askByGet
    }

    private enum Standing {
        case truthful
        case useless
    }

    /// Few, and an answer that names a thousand hosts costs no more memory than this.
    private var standings = GenerationCache<String, Standing>(generation: 256)

    mutating func question(at origin: String) -> Question {
        standings.value(for: origin) == .useless ? .get : .head
    }

    mutating func decide(_ answer: Answer, at origin: String) -> Decision {
        let standing = standings.value(for: origin)
        switch answer {
        case .failed: return .believe
        // GET tells whether it is the method, the file or the server.
        case .silent: return .askByGet
        // Servers that drop the body announce what is left of it.
        case .nothing, .size(0): return .askByGet
        case .size:
            if standing == .useless { return .askByGet }
            standings.set(.truthful, for: origin)
            return .believe
        case .refused(let status):
            switch StatusMeaning(status).wordOfHead {
            case .nothing: return .believe
            case .methodRefused:
                standings.set(.useless, for: origin)
                return .askByGet
            // Whatever is wrong there, GET is asked more than once.
            case .failed: return .askByGet
            case .fileRefused: return standing == .truthful ? .believe : .askByGet
            }
        }
    }

    /// A GET gave the file after a HEAD had answered otherwise, or not enough.
    mutating func confirm(_ size: UInt64, after answer: Answer, at origin: String) {
        switch answer {
        case .size(let told) where told == size: break
        // One file without a length, or a fault of the server, says nothing of those that had one.
        case .nothing where standings.value(for: origin) == .truthful: break
        case .silent where standings.value(for: origin) == .truthful: break
        case .refused(let status)
        where StatusMeaning(status).wordOfHead == .failed && standings.value(for: origin) == .truthful:
            break
        default: standings.set(.useless, for: origin)
        }
    }

    /// A size that HEAD told is not what the file has.
    mutating func disprove(_ origin: String) { standings.set(.useless, for: origin) }
}

extension HeadTrust.Answer {
    init(_ result: Result<UInt64?, APIError>) {
        switch result {
        case .success(let size): self = size.map { .size($0) } ?? .nothing
        case .failure(let error):
            self =
                switch error.cause {
                case .status(let status): .refused(status: status)
                case .transport(.invalidResponse): .nothing
                case .transport(.connectionReset), .transport(.stalled), .transport(.totalTimedOut),
                    .transport(.partialBody):
                    .silent
                case .transport, .noKey, .badURL: .failed
                }
        }
    }
}
