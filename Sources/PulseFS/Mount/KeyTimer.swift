import FUSE

/// Lets the keyring see the time pass: one look a second, no request unless a check is due.
struct KeyTimer {
    private let task: Task<Void, Never>

    init(_ keyring: Keyring, _ session: Session) {
        task = Task { [weak session] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                guard let counters = session?.counters else { return }
                await keyring.tick(isInUse: counters.references > 0)
            }
        }
    }

    func stop() { task.cancel() }
}
