package import PulseAPI
import SharedStore

/// What the API has said of keys: one machine asks for all that use the same one.
extension FleetTier {
    private static let longestVerdict = 70_000
    private static let good = Array("good".utf8)
    private static let refused = Array("refused".utf8)

    private func key(_ key: APIKey) -> ObjectKey { .verdict(key.withSecret { names.grantee($0) }) }

    package func verdict(of key: APIKey, within limit: Duration) async -> Duration? {
        guard admits() else { return nil }
        let object = self.key(key)
        do throws(ObjectStoreError) {
            switch try await objects.read(object, limit: Self.longestVerdict, within: rules.timeout) {
            case .absent, .unchanged:
                counts.miss(.key)
                return nil
            case .rejected(let reason, _):
                noteRejected(object, reason.word)
                return nil
            case .opened(let version):
                // The engine's clock has whole seconds.
                guard version.contents == Self.good, let age = version.facts.age.map({ $0 + .seconds(1) }), age < limit
                else {
                    counts.miss(.key)
                    return nil
                }
                counts.hit(.key)
                return age
            }
        } catch {
            failed(error)
            return nil
        }
    }

    package func note(_ key: APIKey, isGood: Bool) {
        guard rules.isWritten else { return }
        let object = self.key(key)
        outbox.add(.records, bytes: 0) { [self] in
            guard admits() else { return }
            do throws(ObjectStoreError) {
                _ = try await objects.write(
                    isGood ? Self.good : Self.refused, as: object, sequence: 0, .none, within: rules.writeTimeout)
            } catch {
                if error.kind != .denied { failed(error) }
            }
        }
    }
}

extension JobTier {
    /// What the API says of a key, and how long ago it did. A refusal is always an answer to this machine's own question, and so is
    /// anything that is said of a key that is in doubt.
    package func verdict(
        of key: APIKey, isDoubted: Bool, within limit: Duration, asking client: any JobService
    ) async -> (verdict: KeyVerdict, age: Duration) {
        if isShared, !isDoubted, let age = await verdict(of: key, within: limit) { return (.good, age) }
        let verdict = await client.check(key)
        guard isShared else { return (verdict, .zero) }
        switch verdict {
        case .good: note(key, isGood: true)
        case .refused: note(key, isGood: false)
        case .unknown: break
        }
        return (verdict, .zero)
    }
}
