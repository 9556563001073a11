extension [Task<Void, Never>] {
    /// Waits for all, cancels what has not ended after `grace`, and waits for that.
    func finish(within grace: Duration) async {
        guard !isEmpty else { return }
        let clock = Task {
            try? await Task.sleep(for: grace)
            for task in self { task.cancel() }
        }
        for task in self { await task.value }
        clock.cancel()
    }
}
