import Quantities
import SharedStore

/// What is used stays: a rule that removes what is old goes by when an object was last written.
extension FleetTier {
    /// Well below the age that rules have; what is younger is left alone.
    static let renewalAge = Duration.seconds(10 * 86_400)

    private func isToBeRenewed(_ facts: ObjectFacts) -> Bool {
        rules.isWritten && facts.age.map { $0 >= Self.renewalAge } ?? false
    }

    /// A file, by a copy onto itself.
    func renew(_ key: ObjectKey, _ facts: ObjectFacts) {
        guard isToBeRenewed(facts) else { return }
        outbox.add(.records, bytes: 0) { [self] in
            // It is as old as it was, and the next reader tries again.
            try? await fleet.objects.renew(key, facts.etag, within: rules.writeTimeout)
        }
    }

    /// A job, by writing it again where nobody else has: a copy would have the ETag of the version before.
    func renew(_ job: EndedJob, _ name: ObjectNames.Name, _ version: SealedVersion) {
        guard isToBeRenewed(version.facts), claims else { return }
        outbox.add(.records, bytes: 0) { [self] in
            var budget = CallBudget(rules.writeTimeout, now)
            _ = try? await write(
                .ended(job), name, version.header.seq +| 1, .ifStill(version.facts.etag), &budget)
        }
    }
}
