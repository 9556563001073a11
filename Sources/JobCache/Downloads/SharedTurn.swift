import ArtifactStore
import PulseAPI
import Quantities
import SharedStore
import Synchronization

/// What a file that is being fetched is to the other machines: where its bytes are taken from beside the API, and to whom they go.
/// Ended once.
final class SharedTurn: Sendable {
    private struct State {
        var ticket: FileTicket?
        /// Tells the others that none of them need wait, and knows with what the file is shared after that.
        var release: Task<FileTicket, Never>?
    }

    /// The file as the other machines have it, if it is read while it comes.
    let stream: StoredStream?
    private let tier: any JobTier
    private let file: SharedFile
    private let state: Mutex<State>

    init(_ file: SharedFile, in tier: any JobTier, ticket: FileTicket? = nil, stream: StoredStream? = nil) {
        (self.file, self.tier, self.stream) = (file, tier, stream)
        state = Mutex(State(ticket: ticket))
    }

    /// Follows a download: for a large file the others do not wait.
    func watch(_ download: Download) {
        if let stream { download.expect(stream.file.size.bytes, inParts: stream.validators.isComparable) }
        guard state.withLock({ $0.ticket?.isLease }) == true else { return }
        download.observeSize { [self] size in
            state.withLock { state in
                guard let ticket = state.ticket, let release = tier.sized(file, ticket, size) else { return }
                (state.ticket, state.release) = (nil, release)
            }
        }
    }

    /// The file is in the cache.
    func publish(_ key: BlobKey) async {
        let (ticket, release) = take()
        if let ticket = await release?.value ?? ticket ?? stream?.ticket { tier.publish(file, key, ticket) }
    }

    /// Nothing has come of it, unless it was published. Returns at once.
    func end() {
        if let ticket = take().ticket { tier.release(file, ticket) }
    }

    private func take() -> (ticket: FileTicket?, release: Task<FileTicket, Never>?) {
        state.withLock { state in
            defer { state = State() }
            return (state.ticket, state.release)
        }
    }
}
