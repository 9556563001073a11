import FUSE
import JobCache
import SystemPackage

/// What only a good key reads: everything below `jobs/`. The directory itself stays, as a place where things may come back.
extension PulseFileSystem {
    /// The answer while the key is good; a refusal while it is not. What is not known yet is found out first.
    ///
    /// For a crawler nothing is found out: it is refused what would need a request. EACCES, as no program asks again for that,
    /// where EAGAIN would make some ask for ever; and neither absence nor a size of 0, which would be a lie.
    ///
    /// All of it takes no longer than a file operation may, unless `isBounded` is false.
    func withKey<Value: Sendable>(
        for caller: Caller, isBounded: Bool = true, _ answer: @escaping @Sendable (PulseFileSystem) -> Answer<Value>
    ) -> Answer<Value> {
        let found = answerWithKey(for: caller, answer)
        guard isBounded, case .later(let work) = found else { return found }
        return .later { () throws(Errno) in try await self.bounded(work) }
    }

    private func bounded<Value: Sendable>(
        _ work: @escaping @Sendable () async throws(Errno) -> Value
    ) async throws(Errno) -> Value {
        let limit = library.operationLimit
        let outcome = await OperationLimit.run(within: limit) { () -> Result<Value, Errno> in
            do throws(Errno) { return .success(try await work()) } catch { return .failure(error) }
        }
        guard let outcome else {
            throw logged(
                Failure(.timedOut, "a file operation took longer than --timeout allows; what it began goes on"))
        }
        return try outcome.get()
    }

    private func answerWithKey<Value: Sendable>(
        for caller: Caller, _ answer: @escaping @Sendable (PulseFileSystem) -> Answer<Value>
    ) -> Answer<Value> {
        if crawlers.contains(caller.thread) {
            guard keyring.isOpen, case let known = answer(self), !known.isLater else {
                return .failed(.notForCrawlers)
            }
            return known
        }
        switch keyring.door() {
        case .open:
            let answer = answer(self)
            guard case .later(let work) = answer else { return answer }
            return .later { () throws(Errno) in try await self.whileOpen(work) }
        // The log has the words from when it was closed: they are not repeated for each who tries.
        case .closed(let reason, _): return .failed(ErrnoTable.errno(for: reason))
        case .pending:
            return .later { () throws(Errno) in
                await self.keyring.check()
                switch self.keyring.door() {
                case .open: return try await self.whileOpen { () throws(Errno) in try await answer(self).resolved() }
                case .closed(let reason, _): throw ErrnoTable.errno(for: reason)
                // The reader left before there was an answer.
                case .pending: throw .interrupted
                }
            }
        }
    }

    /// Whoever waits while the key is refused gets the refusal, whatever the work came to.
    func whileOpen<Value>(_ work: () async throws(Errno) -> Value) async throws(Errno) -> Value {
        let outcome: Result<Value, Errno>
        do throws(Errno) { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        if let closed = keyring.closed { throw ErrnoTable.errno(for: closed) }
        return try outcome.get()
    }
}

extension Answer {
    fileprivate var isLater: Bool { if case .later = self { true } else { false } }
}
