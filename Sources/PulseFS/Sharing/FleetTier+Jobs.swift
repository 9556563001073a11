import ArtifactStore
import PulseAPI
import Quantities
import SharedStore

extension FleetTier {
    /// Bytes of a sealed record at most.
    private static let longestRecord = JobRecord.largest + 70_000

    private enum Read {
        case seen(JobLease.Seen, sequence: UInt64)
        case ended(EndedJob, ETag, sequence: UInt64)
        case unusable
    }

    func look(_ job: JobID, for reader: KeyInUse, isPoll: Bool) async -> JobLook {
        guard admits() else { return .alone }
        let (name, key) = (self.job(job), grantee(reader))
        var budget = CallBudget(rules.timeout, now)
        var lease = JobLease(at: now())
        while !budget.isSpent {
            let (seen, sequence): (JobLease.Seen, UInt64)
            do throws(ObjectStoreError) {
                switch try await read(name, &budget) {
                case .unusable: return .alone
                case .ended(let ended, let etag, let sequence):
                    return try await look(job, ended, etag, sequence, name, key, &budget)
                case .seen(let what, let number): (seen, sequence) = (what, number)
                }
            } catch {
                failed(error)
                return .alone
            }
            guard rules.isWritten else { return .alone }
            var ticket = JobTicket(
                job: name, reader: key, condition: seen.condition, sequence: sequence +| 1, isLease: false)
            // Without claims nobody knows who asks.
            if isPoll || !claims {
                if case .asking = seen, claims { return .alone }
                return .ask(ticket)
            }
            switch lease.saw(seen, at: now()) {
            case .askAlone: return .alone
            case .readAgain(let pause):
                do { try await sleep(pause) } catch { return .alone }
            case .claim(let condition):
                do throws(ObjectStoreError) {
                    switch try await write(.asking, name, sequence +| 1, condition, &budget) {
                    case .done(let etag):
                        ticket = JobTicket(
                            job: name, reader: key, condition: .ifStill(etag), sequence: sequence +| 2, isLease: true)
                        return .ask(ticket)
                    case .lost: continue
                    case .unclear(let error):
                        failed(error)
                        return .alone
                    }
                } catch {
                    // Whoever may not write reads all the same.
                    if error.kind != .denied { failed(error) }
                    return .alone
                }
            }
        }
        giveUp("it takes longer than \(rules.timeout)")
        return .alone
    }

    private func read(_ name: ObjectNames.Name, _ budget: inout CallBudget) async throws(ObjectStoreError) -> Read {
        let key = ObjectKey.job(name)
        let found = try await budget.spend { within throws(ObjectStoreError) in
            try await objects.read(key, limit: Self.longestRecord, within: within)
        }
        switch found {
        case .absent: return .seen(.absent, sequence: 0)
        case .unchanged: return .unusable
        case .rejected(let reason, let etag):
            noteRejected(key, "\(reason)")
            return .seen(.free(etag), sequence: 0)
        case .opened(let version):
            let (etag, sequence) = (version.facts.etag, version.header.seq)
            switch JobRecord(version.contents) {
            case .asking: return .seen(.asking(etag), sequence: sequence)
            case .released: return .seen(.free(etag), sequence: sequence)
            case .ended(let job): return .ended(job, etag, sequence: sequence)
            case .other: return .unusable
            case nil:
                noteRejected(key, "no record")
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
        switch ended.document {
        case .inline(let bytes):
            do throws(StoreError) {
                let spool = try await store.spoolWhenPossible()
                try await store.onDisk { () throws(StoreError) in try spool.append(bytes) }
                return .document(spool)
            } catch {
                // The disk is not well: what an answer of the API does about that is done for it.
                return .alone
            }
        case .apart(let size):
            if case .found(let spool, _) = await fetch(.document(of: job)), (try? spool.size()) == size {
                return .document(spool)
            }
            return .ask(
                JobTicket(
                    job: name, reader: key, condition: .ifStill(etag), sequence: sequence +| 1, isLease: false))
        }
    }

    // MARK: What came of asking

    func settle(_ ticket: JobTicket, _ outcome: JobOutcome) {
        guard rules.isWritten else { return }
        switch outcome {
        case .released:
            guard ticket.isLease else { return }
            outbox.add(.records, bytes: 0) { [self] in await put(.released, ticket) }
        case .ended(let document):
            if let known = ticket.known {
                outbox.add(.records, bytes: 0) { [self] in await grant(ticket, known) }
                return
            }
            guard let size = try? document.size(), (1...rules.largestFile).contains(size), !document.isInMemory else {
                return settle(ticket, .released)
            }
            let lane = size <= UInt64(EndedJob.longestDocument) ? Outbox.Lane.records : .files
            outbox.add(lane, bytes: size) { [self] in await publish(document, size, ticket) }
        }
    }

    /// A document that is an object of its own is there before the record that names it.
    private func publish(_ document: SpoolFile, _ size: UInt64, _ ticket: JobTicket) async {
        let kept: EndedJob.Document
        if size <= UInt64(EndedJob.longestDocument) {
            var bytes: [UInt8]? = nil
            bytes = try? await store.onDisk { () throws(StoreError) in try document.bytes(size) }
            guard let bytes else { return await put(.released, ticket) }
            kept = .inline(bytes)
        } else {
            guard await put(document, size, ticket.job) else { return await put(.released, ticket) }
            kept = .apart(size: size)
        }
        guard let job = EndedJob(kept, grants: [ticket.reader.text]) else { return await put(.released, ticket) }
        await put(.ended(job), ticket)
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

    private func write(
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

    private func hasGrant(
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
            noteRejected(object, "\(reason)")
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
            _ = try await budget.spend { within throws(ObjectStoreError) in
                try await objects.write(
                    Self.grant, as: .grant(ticket.reader, to: ticket.job), sequence: 0, .none, within: within)
            }
        } catch {
            if error.kind != .denied { failed(error) }
        }
    }

    func withdraw(_ job: JobID, from reader: KeyInUse) {
        guard rules.isWritten else { return }
        let (name, key) = (self.job(job), grantee(reader))
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
                guard case .ended(let job, let etag, let sequence) = try await read(name, &budget),
                    job.isGranted(to: key)
                else { return }
                let without = JobRecord.ended(job.withdrawn(from: key))
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
    fileprivate var condition: WriteCondition {
        switch self {
        case .absent: .ifAbsent
        case .asking(let etag), .free(let etag): .ifStill(etag)
        }
    }
}

extension SpoolFile {
    /// The first bytes of it. Blocks on the disk.
    fileprivate func bytes(_ count: UInt64) throws(StoreError) -> [UInt8] {
        do { return try DocumentSource(self, length: count).prefix(Int(clamping: count)) } catch {
            throw StoreError(.system, "cannot read back from the cache")
        }
    }
}
