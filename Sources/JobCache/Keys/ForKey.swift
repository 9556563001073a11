/// Something asked for with the key of one generation: whoever has another key does not join.
package struct ForKey<Subject: Hashable & Sendable>: Hashable, Sendable {
    let subject: Subject
    let generation: UInt64
}

extension Keyring {
    package func own<Subject: Hashable & Sendable>(_ subject: Subject) -> ForKey<Subject> {
        ForKey(subject: subject, generation: generation)
    }
}
