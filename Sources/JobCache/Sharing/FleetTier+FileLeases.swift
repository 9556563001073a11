import ArtifactStore
import Quantities
import SharedStore

/// Files that several machines want at the same time: one fetches, and the others wait for it. For a large one nobody waits.
extension FleetTier {
    package func fetch(_ file: SharedFile, size: UInt64?) async -> FileLook {
        guard size.map({ $0 <= rules.largestShared }) ?? true, admits() else { return .alone }
        let key = key(file)
        let isHeld = claims && size.map { $0 <= rules.largestFile } ?? true
        var lease = JobLease(at: now())
        // Of a job that this machine was the first to ask about nobody has files, as a rule: one question less.
        var seen: JobLease.Seen? = isHeld && isFirst(file.job) ? .absent : nil
        while true {
            do throws(ObjectStoreError) {
                if seen == nil {
                    switch try await read(key) {
                    case .found(let spool, let file):
                        counts.hit(.file)
                        return .found(spool, file)
                    case .large(let stream):
                        counts.hit(.file)
                        return .large(stream)
                    case .unheld(let etag):
                        counts.miss(.file)
                        return .absent(FileTicket(condition: .ifStill(etag)))
                    case .empty:
                        counts.miss(.file)
                        return .absent(FileTicket(condition: .none))
                    case .unusable: return .alone
                    case .seen(let what): seen = what
                    }
                }
                guard let what = seen else { return .alone }
                seen = nil
                guard isHeld else {
                    counts.miss(.file)
                    return .absent(FileTicket(condition: what.condition))
                }
                var decision = lease.saw(what, at: now())
                if case .claim(let condition) = decision { decision = lease.wrote(await claim(key, condition)) }
                switch decision {
                case .askAlone, .claim: return .alone
                case .readAgain(let pause):
                    guard pause > .zero else { continue }
                    do { try await sleep(pause) } catch { return .alone }
                case .ask(let etag):
                    counts.miss(.file)
                    counts.lease(what.isAsking ? .takenOver : .taken)
                    return .absent(FileTicket(condition: .ifStill(etag), isLease: true))
                }
            } catch {
                failed(error)
                return .alone
            }
        }
    }

    package func sized(_ file: SharedFile, _ ticket: FileTicket, _ size: UInt64) -> Task<FileTicket, Never>? {
        guard ticket.isLease, size > rules.largestFile else { return nil }
        let key = key(file)
        return Task { [self] in
            var condition = ticket.condition
            do throws(ObjectStoreError) {
                let written = try await write(.unshared, key, condition, within: rules.writeTimeout)
                if case .done(let etag) = written { condition = .ifStill(etag) }
            } catch {
                // Whoever waits takes over.
                if error.kind != .denied { failed(error) }
            }
            return FileTicket(condition: condition)
        }
    }

    private func claim(_ key: ObjectKey, _ condition: WriteCondition) async -> JobLease.Written {
        do throws(ObjectStoreError) {
            return written(try await write(.asking, key, condition, within: rules.timeout))
        } catch {
            // Whoever may not write reads all the same.
            if error.kind != .denied { failed(error) }
            return .unclear
        }
    }

    package func release(_ file: SharedFile, _ ticket: FileTicket) { end(.released, file, ticket) }

    /// Ends a lease without the file.
    func end(_ record: FileRecord, _ file: SharedFile, _ ticket: FileTicket) {
        guard ticket.isLease else { return }
        let key = key(file)
        outbox.add(.records, bytes: 0) { [self] in
            do throws(ObjectStoreError) {
                _ = try await write(record, key, ticket.condition, within: rules.writeTimeout)
            } catch {
                // Whoever waits takes over.
                if error.kind != .denied { failed(error) }
            }
        }
    }

    private func write(
        _ record: FileRecord, _ key: ObjectKey, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> SealedObjects.Written {
        guard let contents = record.head else { return .lost }
        return try await objects.write(contents, as: key, sequence: 0, condition, within: within)
    }
}
