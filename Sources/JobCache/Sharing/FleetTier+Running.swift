import ArtifactStore
package import PulseAPI
import Quantities
import SharedStore

/// Jobs that run: one machine polls, and the others read what it was told.
extension FleetTier {
    // MARK: Looking

    /// Nil when the object is to be read, unless it is still this version.
    func turn(
        _ name: ObjectNames.Name, for key: ObjectNames.Name
    ) -> (look: JobLook?, unless: ETag?) {
        let turn = running.next(name, for: key, at: now())
        switch turn.step {
        case .read(let unless): return (nil, unless)
        case .poll(let etag): return (.ask(ticket(name, key, etag, turn.sequence, turn.grants)), nil)
        }
    }

    private func ticket(
        _ name: ObjectNames.Name, _ key: ObjectNames.Name, _ etag: ETag, _ sequence: UInt64, _ grants: [String]
    ) -> JobTicket {
        JobTicket(
            job: name, reader: key, condition: .ifStill(etag), sequence: sequence +| 1, isLease: false,
            turn: .poll(grants: grants))
    }

    /// A job that runs, as it was read. Nil when it is to be read once more.
    func follow(
        _ job: RunningJob, _ version: RunningJobs.Version, _ name: ObjectNames.Name,
        _ key: ObjectNames.Name, _ budget: inout CallBudget
    ) async throws(ObjectStoreError) -> JobLook? {
        // Whoever cannot say who polls does not believe what others say of it.
        guard claims || !rules.isWritten else { return .alone }
        var isGranted = job.isGranted(to: key) || running.isGranted(name, to: key)
        if !isGranted { isGranted = try await hasGrant(key, name, &budget) }
        guard isGranted else {
            return .ask(
                JobTicket(
                    job: name, reader: key, condition: .ifStill(version.etag), sequence: version.sequence +| 1,
                    isLease: false, turn: .grant(grants: job.grants)))
        }
        let look = running.saw(name, job, version, for: key, at: now())
        switch look.decision {
        case .poll(let etag): return .ask(ticket(name, key, etag, version.sequence, job.grants))
        case .readAgain(let pause):
            counts.hit(.status)
            guard look.isOther else { return .running(status(look, pause, isAnswer: !job.isDue)) }
            guard let document = await spool(job.document) else { return .alone }
            return .running(
                SharedStatus(document: document, isAnswer: true, interval: look.interval, pause: pause))
        case .takeOver(let etag):
            guard claims else { return .alone }
            let mine = job.handed(to: running.member)
            let written: SealedObjects.Written
            do throws(ObjectStoreError) {
                written = try await write(.running(mine), name, version.sequence +| 1, .ifStill(etag), &budget)
            } catch {
                // Whoever may not write reads all the same.
                guard error.kind == .denied else { throw error }
                return .alone
            }
            switch written {
            case .done(let written):
                counts.lease(job.poller == nil ? .taken : .takenOver)
                if job.poller != nil {
                    events.record(
                        .pollTakenOver, message: "this machine polls a job in place of one that has fallen silent")
                }
                running.wrote(name, mine, written, version.sequence +| 1, at: now())
                return .ask(ticket(name, key, written, version.sequence +| 1, job.grants))
            case .lost:
                counts.lease(.lost)
                running.lost(name)
                return nil
            case .unclear(let error): throw error
            }
        }
    }

    /// It is still what it was. Nil when it is to be read whole.
    func unchanged(_ name: ObjectNames.Name, _ key: ObjectNames.Name) -> JobLook? {
        let look = running.unchanged(name, at: now())
        switch look.decision {
        case .readAgain(let pause):
            counts.hit(.status)
            return .running(status(look, pause, isAnswer: false))
        case .poll: return turn(name, for: key).look
        case .takeOver: return nil
        }
    }

    /// An engine that is busy is not one that is gone: others poll meanwhile. Nil when the API is to be asked.
    func busy(_ name: ObjectNames.Name, _ error: ObjectStoreError) -> JobLook? {
        switch error.kind {
        case .unavailable(.status), .unavailable(.slowDown):
            guard let look = running.failed(name, at: now()), case .readAgain(let pause) = look.decision else {
                return nil
            }
            return .running(status(look, pause, isAnswer: false))
        default:
            running.lost(name)
            return nil
        }
    }

    private func status(_ look: RunningJobs.Look, _ pause: Duration, isAnswer: Bool) -> SharedStatus {
        SharedStatus(document: nil, isAnswer: isAnswer, interval: look.interval, pause: pause)
    }

    /// Nil when the disk is not well: what an answer of the API does about that is done for it.
    func spool(_ bytes: [UInt8]) async -> SpoolFile? {
        do throws(StoreError) {
            let spool = try await store.spoolWhenPossible()
            try await store.onDisk { () throws(StoreError) in try spool.append(bytes) }
            return spool
        } catch {
            return nil
        }
    }

    // MARK: Who waits

    /// Whoever polls from one answer to the next is not gone in between.
    private static let leavingPause = Duration.seconds(1)

    package func poller(of job: JobID) -> String? { running.poller(of: self.job(job)) }

    package func attend(_ job: JobID) { running.attend(self.job(job)) }

    package func leave(_ job: JobID) {
        let name = self.job(job)
        guard running.leave(name), rules.isWritten, !isClosed else { return }
        running.later { [self] in
            guard (try? await sleep(Self.leavingPause)) != nil, running.isDeserted(name) else { return }
            enqueue(.leave, nil, name)
        }
    }

    /// What this machine polls is for others from now on.
    func leaveAll() async {
        for name in await running.close() { enqueue(.leave, nil, name) }
    }

    // MARK: Writing

    func settle(_ ticket: JobTicket, answer document: SpoolFile, interval: Duration) {
        running.grant(ticket.job, to: ticket.reader)
        if case .grant? = ticket.turn {
            outbox.add(.records, bytes: 0) { [self] in await grant(ticket) }
            return
        }
        guard claims, !document.isInMemory, let size = try? document.size(),
            (1...UInt64(EndedJob.longestDocument)).contains(size)
        else { return settle(ticket, .released) }
        enqueue(.answer(document, size: size, interval: interval), ticket, ticket.job)
    }

    /// The API could not be asked.
    func settleFailure(_ ticket: JobTicket) {
        running.pollFailed(ticket.job)
        if !running.isAttended(ticket.job) { enqueue(.leave, nil, ticket.job) }
    }

    func enqueue(_ update: RunningJobs.Update, _ ticket: JobTicket?, _ name: ObjectNames.Name) {
        guard running.add(RunningJobs.Pending(update: update, ticket: ticket), to: name) else { return }
        var (lane, bytes): (Outbox.Lane, UInt64) = (.records, 0)
        if case .end(_, let size) = update {
            (lane, bytes) = (size <= UInt64(EndedJob.longestDocument) ? .records : .files, size)
        }
        let isAdded = outbox.add(lane, bytes: bytes) { [self] in
            while let next = running.take(name) { await perform(next, name) }
        }
        if !isAdded { running.drop(name) }
    }

    private func perform(_ pending: RunningJobs.Pending, _ name: ObjectNames.Name) async {
        var budget = CallBudget(rules.writeTimeout, now)
        do throws(ObjectStoreError) {
            switch (pending.update, pending.ticket) {
            case (.leave, _): try await leave(name, &budget)
            case (.answer(let document, let size, let interval), let ticket?):
                guard let bytes = await bytes(document, size) else { return running.lost(name) }
                try await write(bytes, interval, ticket, &budget)
            case (.end(let document, let size), let ticket?): try await end(document, size, ticket, &budget)
            case (.release, let ticket?):
                running.lost(name)
                _ = try await write(.released, name, ticket.sequence, ticket.condition, &budget)
            case (_, nil): break
            }
        } catch {
            // It is not shared, and whoever waits takes over.
            running.lost(name)
            if error.kind != .denied { failed(error) }
        }
    }

    func bytes(_ document: SpoolFile, _ size: UInt64) async -> [UInt8]? {
        try? await store.onDisk { () throws(StoreError) in try document.bytes(size) }
    }

    /// Writings that were lost to others who changed something else.
    private static let mostTries = 5

    private func write(
        _ document: [UInt8], _ interval: Duration, _ ticket: JobTicket, _ budget: inout CallBudget
    ) async throws(ObjectStoreError) {
        var (condition, sequence, grants) = (ticket.condition, ticket.sequence, ticket.grants)
        for _ in 0..<Self.mostTries {
            let poller = running.isAttended(ticket.job) ? running.member : nil
            guard
                let job = RunningJob(
                    document, grants: RunningJob.grants(grants, and: ticket.reader), interval: interval,
                    poller: poller)
            else { return running.lost(ticket.job) }
            switch try await write(.running(job), ticket.job, sequence, condition, &budget) {
            case .done(let etag): return running.wrote(ticket.job, job, etag, sequence, at: now())
            case .unclear(let error): throw error
            case .lost: break
            }
            switch try await read(ticket.job, unless: nil, &budget) {
            // A grant was added or taken back.
            case .running(let there, let version) where there.poller == running.member:
                (condition, sequence, grants) = (.ifStill(version.etag), version.sequence +| 1, there.grants)
            case .seen(.absent, _): (condition, sequence) = (.ifAbsent, 1)
            default: return running.lost(ticket.job)
            }
        }
        running.lost(ticket.job)
    }

    /// The end is the end, whoever wrote meanwhile that the job runs.
    private func end(
        _ document: SpoolFile, _ size: UInt64, _ ticket: JobTicket, _ budget: inout CallBudget
    ) async throws(ObjectStoreError) {
        guard let kept = await kept(document, size, ticket.job) else {
            running.ended(ticket.job)
            if ticket.isLease || ticket.turn != nil {
                _ = try await write(.released, ticket.job, ticket.sequence, condition(ticket.condition), &budget)
            }
            return
        }
        defer { running.ended(ticket.job) }
        var (condition, sequence, grants) = (condition(ticket.condition), ticket.sequence, ticket.grants)
        for _ in 0..<Self.mostTries {
            guard let job = EndedJob(kept, grants: RunningJob.grants(grants, and: ticket.reader)) else { return }
            switch try await write(.ended(job), ticket.job, sequence, condition, &budget) {
            case .done: return
            case .unclear(let error): throw error
            case .lost: break
            }
            switch try await read(ticket.job, unless: nil, &budget) {
            case .running(let there, let version):
                (condition, sequence, grants) = (.ifStill(version.etag), version.sequence +| 1, there.grants)
            case .seen(let seen, let number): (condition, sequence) = (seen.condition, number +| 1)
            case .ended, .unchanged, .unusable: return
            }
        }
    }

    private func leave(_ name: ObjectNames.Name, _ budget: inout CallBudget) async throws(ObjectStoreError) {
        guard !running.isAttended(name) else { return }
        guard case .running(let there, let version) = try await read(name, unless: nil, &budget),
            there.poller == running.member
        else { return running.lost(name) }
        let left = there.handed(to: nil)
        switch try await write(.running(left), name, version.sequence +| 1, .ifStill(version.etag), &budget) {
        case .done(let etag): running.wrote(name, left, etag, version.sequence +| 1, at: now())
        case .lost, .unclear: running.lost(name)
        }
    }
}

extension JobTicket {
    /// Keys that the job was shown to.
    fileprivate var grants: [String] { turn?.grants ?? [] }
}

extension SpoolFile {
    /// The first bytes of it. Blocks on the disk.
    fileprivate func bytes(_ count: UInt64) throws(StoreError) -> [UInt8] {
        do { return try DocumentSource(self, length: count).prefix(Int(clamping: count)) } catch {
            throw StoreError(.system, "cannot read back from the cache")
        }
    }
}
