import ArtifactStore
package import PulseAPI
import Quantities
import SharedStore

extension FleetTier {
    /// Bytes of a sealed record at most.
    private static let longestRecord = JobRecord.largest + 70_000

    enum Read {
        case seen(JobLease.Seen, sequence: UInt64)
        case running(RunningJob, RunningJobs.Version)
        case ended(EndedJob, ETag, sequence: UInt64)
        /// It is still the version that was named.
        case unchanged
        case unusable
    }

    package func look(_ job: JobID, for reader: KeyInUse, isPoll: Bool) async -> JobLook {
        let (name, key) = (self.job(job), grantee(reader))
        guard admits() else {
            running.lost(name)
            return .alone
        }
        var unless: ETag?
        if isPoll, claims || !rules.isWritten {
            let turn = turn(name, for: key)
            if let look = turn.look { return look }
            unless = turn.unless
        }
        var budget = CallBudget(rules.timeout, now)
        var lease = JobLease(at: now())
        while !budget.isSpent {
            let (seen, sequence): (JobLease.Seen, UInt64)
            do throws(ObjectStoreError) {
                let read = try await read(name, unless: unless, &budget)
                unless = nil
                switch read {
                case .unusable: return .alone
                case .unchanged:
                    if let look = unchanged(name, key) { return look }
                    continue
                case .running(let job, let version):
                    if let look = try await follow(job, version, name, key, &budget) { return look }
                    continue
                case .ended(let ended, let etag, let sequence):
                    running.ended(name)
                    let look = try await look(job, ended, etag, sequence, name, key, &budget)
                    if case .document = look { counts.hit(.job) } else { counts.miss(.job) }
                    return look
                case .seen(let what, let number): (seen, sequence) = (what, number)
                }
            } catch {
                if isPoll, let look = busy(name, error) { return look }
                running.lost(name)
                failed(error)
                return .alone
            }
            guard rules.isWritten else {
                counts.miss(.job)
                return .alone
            }
            var ticket = JobTicket(
                job: name, reader: key, condition: seen.condition, sequence: sequence +| 1, isLease: false)
            // Without claims nobody knows who asks.
            if isPoll || !claims {
                if case .asking = seen, claims { return .alone }
                return .ask(ticket)
            }
            var decision = lease.saw(seen, at: now())
            if case .claim(let condition) = decision {
                decision = lease.wrote(await claim(name, sequence +| 1, condition, &budget))
            }
            switch decision {
            case .askAlone, .claim: return .alone
            case .readAgain(let pause):
                guard pause > .zero else { continue }
                do { try await sleep(pause) } catch { return .alone }
            case .ask(let etag):
                if case .absent = seen { noteFirst(job) }
                counts.miss(.job)
                counts.lease(seen.isAsking ? .takenOver : .taken)
                ticket = JobTicket(
                    job: name, reader: key, condition: .ifStill(etag), sequence: sequence +| 2, isLease: true)
                return .ask(ticket)
            }
        }
        giveUp("it takes longer than \(rules.timeout)")
        return .alone
    }

    private func claim(
        _ name: ObjectNames.Name, _ sequence: UInt64, _ condition: WriteCondition, _ budget: inout CallBudget
    ) async -> JobLease.Written {
        do throws(ObjectStoreError) {
            return written(try await write(.asking, name, sequence, condition, &budget))
        } catch {
            // Whoever may not write reads all the same.
            if error.kind != .denied { failed(error) }
            return .unclear
        }
    }

    /// What the writing of a lease came to.
    func written(_ outcome: SealedObjects.Written) -> JobLease.Written {
        switch outcome {
        case .done(let etag): return .done(etag)
        case .lost:
            counts.lease(.lost)
            return .lost
        case .unclear(let error):
            failed(error)
            return .unclear
        }
    }

    func read(
        _ name: ObjectNames.Name, unless: ETag?, _ budget: inout CallBudget
    ) async throws(ObjectStoreError) -> Read {
        let key = ObjectKey.job(name)
        let found = try await budget.spend { within throws(ObjectStoreError) in
            try await objects.read(key, unless: unless, limit: Self.longestRecord, within: within)
        }
        switch found {
        case .absent: return .seen(.absent, sequence: 0)
        case .unchanged: return unless == nil ? .unusable : .unchanged
        case .rejected(let reason, let etag):
            noteRejected(key, reason.word)
            return .seen(.free(etag), sequence: 0)
        case .opened(let version):
            let (etag, sequence) = (version.facts.etag, version.header.seq)
            switch JobRecord(version.contents) {
            case .asking: return .seen(.asking(etag), sequence: sequence)
            case .released: return .seen(.free(etag), sequence: sequence)
            case .running(let job):
                return .running(
                    job,
                    RunningJobs.Version(
                        etag: etag, sequence: sequence, age: version.facts.age, writer: version.header.writer))
            case .ended(let job):
                renew(job, name, version)
                return .ended(job, etag, sequence: sequence)
            case .other: return .unusable
            case nil:
                noteRejected(key, "no_record")
                return .seen(.free(etag), sequence: sequence)
            }
        }
    }

    private func look(
        _ job: JobID, _ ended: EndedJob, _ etag: ETag, _ sequence: UInt64, _ name: ObjectNames.Name,
        _ key: ObjectNames.Name, _ budget: inout CallBudget
    ) async throws(ObjectStoreError) -> JobLook {
        var isGranted = ended.isGranted(to: key)
        if !isGranted { isGranted = try await hasGrant(key, name, &budget) }
        guard isGranted else {
            return .ask(
                JobTicket(
                    job: name, reader: key, condition: .ifStill(etag), sequence: sequence +| 1, isLease: false,
                    known: ended))
        }
        sizes.take(ended.sizes, of: job, at: now())
        switch ended.document {
        case .inline(let bytes):
            return await spool(bytes).map { .document($0) } ?? .alone
        case .apart(let size):
            if case .found(let spool, _) = try await read(self.key(.document(of: job))), (try? spool.size()) == size {
                return .document(spool)
            }
            return .ask(
                JobTicket(
                    job: name, reader: key, condition: .ifStill(etag), sequence: sequence +| 1, isLease: false))
        }
    }

    // MARK: What came of asking

    package func settle(_ ticket: JobTicket, _ outcome: JobOutcome) {
        guard rules.isWritten else { return }
        switch outcome {
        case .failed where ticket.isLease, .released where ticket.isLease:
            outbox.add(.records, bytes: 0) { [self] in await put(.released, ticket) }
        case .failed:
            if case .poll? = ticket.turn { settleFailure(ticket) }
        case .released:
            if case .poll? = ticket.turn { enqueue(.release, ticket, ticket.job) }
        case .running(let document, let interval): settle(ticket, answer: document, interval: interval)
        case .ended(let document):
            if let known = ticket.known {
                outbox.add(.records, bytes: 0) { [self] in await grant(ticket, known) }
                return
            }
            guard let size = try? document.size(), (1...rules.largestFile).contains(size), !document.isInMemory else {
                return settle(ticket, .released)
            }
            enqueue(.end(document, size: size), ticket, ticket.job)
        }
    }

    /// A document that is an object of its own is there before the record that names it. Nil when it cannot be shared.
    func kept(_ document: SpoolFile, _ size: UInt64, _ job: ObjectNames.Name) async -> EndedJob.Document? {
        guard size > UInt64(EndedJob.longestDocument) else { return await bytes(document, size).map { .inline($0) } }
        return await put(document, size, job) ? .apart(size: size) : nil
    }

    private func put(_ record: JobRecord, _ ticket: JobTicket) async {
        if case .released = record, !ticket.isLease { return }
        var budget = CallBudget(rules.writeTimeout, now)
        do throws(ObjectStoreError) {
            _ = try await write(record, ticket.job, ticket.sequence, condition(ticket.condition), &budget)
        } catch {
            // It is not shared, and whoever waits takes over.
            if error.kind != .denied { failed(error) }
        }
    }

    func write(
        _ record: JobRecord, _ name: ObjectNames.Name, _ sequence: UInt64, _ condition: WriteCondition,
        _ budget: inout CallBudget
    ) async throws(ObjectStoreError) -> SealedObjects.Written {
        guard let contents = record.contents else { return .lost }
        return try await budget.spend { within throws(ObjectStoreError) in
            try await objects.write(contents, as: .job(name), sequence: sequence, condition, within: within)
        }
    }

    // MARK: Grants

    private static let longestGrant = 70_000
    /// What a grant says of itself: its name says the rest.
    private static let grant = Array("granted".utf8)

    func hasGrant(
        _ key: ObjectNames.Name, _ name: ObjectNames.Name, _ budget: inout CallBudget
    ) async throws(ObjectStoreError) -> Bool {
        let object = ObjectKey.grant(key, to: name)
        let found = try await budget.spend { within throws(ObjectStoreError) in
            try await objects.read(object, limit: Self.longestGrant, within: within)
        }
        switch found {
        case .absent, .unchanged: return false
        case .opened(let version): return version.contents == Self.grant
        case .rejected(let reason, _):
            noteRejected(object, reason.word)
            return false
        }
    }

    /// In the job's record as long as there is room, and nobody else writes it now; else as an object of its own.
    private func grant(_ ticket: JobTicket, _ known: EndedJob) async {
        var budget = CallBudget(rules.writeTimeout, now)
        do throws(ObjectStoreError) {
            if claims, let job = known.granted(to: ticket.reader),
                case .done = try await write(.ended(job), ticket.job, ticket.sequence, ticket.condition, &budget)
            {
                return
            }
            try await grant(ticket, &budget)
        } catch {
            if error.kind != .denied { failed(error) }
        }
    }

    /// As an object of its own.
    func grant(_ ticket: JobTicket) async {
        var budget = CallBudget(rules.writeTimeout, now)
        do throws(ObjectStoreError) { try await grant(ticket, &budget) } catch {
            if error.kind != .denied { failed(error) }
        }
    }

    private func grant(_ ticket: JobTicket, _ budget: inout CallBudget) async throws(ObjectStoreError) {
        _ = try await budget.spend { within throws(ObjectStoreError) in
            try await objects.write(
                Self.grant, as: .grant(ticket.reader, to: ticket.job), sequence: 0, .none, within: within)
        }
    }

    package func withdraw(_ job: JobID, from reader: KeyInUse) {
        guard rules.isWritten else { return }
        let (name, key) = (self.job(job), grantee(reader))
        running.withdraw(name)
        outbox.add(.records, bytes: 0) { [self] in await withdraw(name, key) }
    }

    private func withdraw(_ name: ObjectNames.Name, _ key: ObjectNames.Name) async {
        var budget = CallBudget(rules.writeTimeout, now)
        do throws(ObjectStoreError) {
            try await budget.spend { within throws(ObjectStoreError) in
                try await fleet.objects.delete(.grant(key, to: name), .none, within: within)
            }
            // Somebody else may write the record at the same time.
            for _ in 0..<5 {
                let (without, etag, sequence): (JobRecord, ETag, UInt64)
                switch try await read(name, unless: nil, &budget) {
                case .ended(let job, let version, let number) where job.isGranted(to: key):
                    (without, etag, sequence) = (.ended(job.withdrawn(from: key)), version, number)
                case .running(let job, let version) where job.isGranted(to: key):
                    (without, etag, sequence) = (.running(job.withdrawn(from: key)), version.etag, version.sequence)
                default: return
                }
                if case .done = try await write(without, name, sequence +| 1, condition(.ifStill(etag)), &budget) {
                    return
                }
            }
        } catch {
            if error.kind != .denied { failed(error) }
        }
    }
}

extension JobLease.Seen {
    var isAsking: Bool { if case .asking = self { true } else { false } }

    var condition: WriteCondition {
        switch self {
        case .absent: .ifAbsent
        case .asking(let etag), .free(let etag): .ifStill(etag)
        }
    }
}
