package import Quantities
import Transfer

/// Removes from a store what is older than it should be, for engines that have no rule for that.
///
/// In two phases: what is old by the engine's own clock is noted first; then each is looked at once more, and removed only if it is
/// still that version and still old. Names that no object of a store has are left alone, and so is what cannot be fetched again,
/// unless an age is given for it.
package struct StoreCollection: Sendable {
    package struct Rules: Sendable {
        /// Of what can be fetched again.
        package var age: Duration
        /// Of results that can be fetched once, and who claimed them; nil leaves all of them.
        package var keptAge: Duration?
        /// Nothing is removed.
        package var isTrial = false

        package init(age: Duration, keptAge: Duration? = nil, isTrial: Bool = false) {
            (self.age, self.keptAge, self.isTrial) = (age, keptAge, isTrial)
        }
    }

    package struct Total: Sendable, Hashable {
        package fileprivate(set) var objects = 0
        package fileprivate(set) var bytes = ByteCount.zero
    }

    package struct Report: Sendable {
        /// What was removed, or would have been, by what it was.
        package fileprivate(set) var removed: [ObjectKind: Total] = [:]
        /// What was written, renewed or removed meanwhile.
        package fileprivate(set) var changed = 0
        package fileprivate(set) var foreign = 0
        package fileprivate(set) var stays = Total()
    }

    private struct Candidate {
        let key: ObjectKey
        let kind: ObjectKind
        let etag: ETag
        let size: ByteCount
        let age: Duration
    }

    /// What a check has left is of no use after a day.
    private static let checkAge = Duration.seconds(86_400)
    private let store: any ObjectStore
    private let rules: Rules
    private let within: Duration

    package init(_ store: any ObjectStore, _ rules: Rules, within: Duration) {
        (self.store, self.rules, self.within) = (store, rules, within)
    }

    /// Throws what keeps the store from being listed or changed; what has been removed by then is.
    package func run(
        removed: @Sendable (ObjectKey) -> Void = { _ in }
    ) async throws(ObjectStoreError) -> Report {
        var report = Report()
        for candidate in try await candidates(&report) {
            if Task.isCancelled { throw ObjectStoreError(.cancelled, "it was given up") }
            guard try await remove(candidate) else {
                report.changed += 1
                continue
            }
            report.removed[candidate.kind, default: Total()].objects += 1
            report.removed[candidate.kind, default: Total()].bytes += candidate.size
            removed(candidate.key)
        }
        return report
    }

    // MARK: What is old

    private func candidates(_ report: inout Report) async throws(ObjectStoreError) -> [Candidate] {
        let now = try await engineTime()
        var (old, kept, next): ([Candidate], [String: (youngest: Int64, all: [Candidate])], String?) = ([], [:], nil)
        repeat {
            let page = try await store.list("", from: next, limit: 1000, within: within)
            report.foreign += page.foreign
            for entry in page.entries {
                guard let kind = ObjectKind(entry.key) else {
                    report.foreign += 1
                    continue
                }
                let modified = entry.modified ?? now
                let candidate = entry.etag.map {
                    Candidate(key: entry.key, kind: kind, etag: $0, size: entry.size, age: age(of: kind))
                }
                if let job = ObjectKind.keptJob(entry.key) {
                    // The parts of one result go together, by the youngest of them.
                    let before = kept[job] ?? (modified, [])
                    kept[job] = (max(before.youngest, modified), before.all + [candidate].compactMap { $0 })
                } else if let candidate, kind.isReplaceable, isOld(modified, candidate.age, now) {
                    old.append(candidate)
                } else {
                    report.stays.objects += 1
                    report.stays.bytes += entry.size
                }
            }
            next = page.next
        } while next != nil
        for (_, group) in kept.sorted(by: { $0.key < $1.key }) {
            if let age = rules.keptAge, isOld(group.youngest, age, now) {
                // The claim first: what is left without one is found again.
                old += group.all.sorted { $0.kind == .claim && $1.kind != .claim }
            } else {
                report.stays.objects += group.all.count
                for one in group.all { report.stays.bytes += one.size }
            }
        }
        return old
    }

    private func age(of kind: ObjectKind) -> Duration {
        switch kind {
        case .check: min(rules.age, Self.checkAge)
        case .claim, .result: rules.keptAge ?? rules.age
        case .description, .job, .file, .grant, .verdict: rules.age
        }
    }

    private func isOld(_ modified: Int64, _ age: Duration, _ now: Int64) -> Bool {
        .seconds(max(0, now -| modified)) >= age
    }

    /// The engine's clock: its own dates are compared with it, and with no other.
    private func engineTime() async throws(ObjectStoreError) -> Int64 {
        let read = try await store.get(
            .description, range: nil, .none, limit: StoreDescription.largest, within: within)
        guard case .bytes(_, let facts) = read, let date = facts.date else {
            throw ObjectStoreError(.invalidAnswer, "the engine does not say what time it is")
        }
        return date
    }

    // MARK: Removing

    /// False when it is another version by now, or was renewed, or is gone.
    private func remove(_ candidate: Candidate) async throws(ObjectStoreError) -> Bool {
        do throws(ObjectStoreError) {
            if let facts = try await facts(candidate) {
                guard let modified = facts.modified, let date = facts.date, isOld(modified, candidate.age, date) else {
                    return false
                }
            }
            if !rules.isTrial { try await store.delete(candidate.key, .ifStill(candidate.etag), within: within) }
            return true
        } catch {
            switch error.kind {
            case .conditionFailed, .conflict, .absent: return false
            default: throw error
            }
        }
    }

    /// Nil for an object of no bytes, which has no first one to read.
    private func facts(_ candidate: Candidate) async throws(ObjectStoreError) -> ObjectFacts? {
        do throws(ObjectStoreError) {
            let read = try await store.get(
                candidate.key, range: ByteRange(first: 0, last: 0), .ifStill(candidate.etag), limit: 1, within: within)
            guard case .bytes(_, let facts) = read else { return nil }
            return facts
        } catch {
            guard error.kind == .beyondEnd else { throw error }
            return nil
        }
    }
}
