import PulseAPI
import Synchronization

/// What is known of the servers that files come from: whether HEAD tells sizes, whether parts of files are served.
final class Servers: Sendable {
    private struct State {
        var heads = HeadTrust()
        /// Few, and an answer that names a thousand hosts costs no more memory than this.
        var ranges = GenerationCache<String, PartPlan.Ranges>(generation: 256)
    }

    private let api: String
    private let state = Mutex(State())

    init(api: APIOrigin) { self.api = APIOrigin.name(of: api.description) ?? api.description }

    /// The server that has a file.
    private func server(of source: ArtifactSource) -> String {
        guard case .image(.url(let url)) = source else { return api }
        return APIOrigin.name(of: url) ?? url
    }

    func ranges(of source: ArtifactSource) -> PartPlan.Ranges {
        state.withLock { $0.ranges.value(for: server(of: source)) } ?? .unknown
    }

    func note(ranges: PartPlan.Ranges, of source: ArtifactSource) {
        guard ranges != .unknown else { return }
        state.withLock { $0.ranges.set(ranges, for: server(of: source)) }
    }

    /// Asks or tells what is known of HEAD.
    func withHeads<Value: Sendable>(
        of source: ArtifactSource, _ body: (inout HeadTrust, String) -> Value
    ) -> Value {
        state.withLock { body(&$0.heads, server(of: source)) }
    }
}
