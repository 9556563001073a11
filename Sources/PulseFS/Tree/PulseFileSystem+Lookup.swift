import ArtifactStore
package import FUSE
import JobCache
import PulseAPI
import Quantities
import SystemPackage

extension PulseFileSystem {
    package func lookup(_ name: String, in directory: NodeID, for caller: Caller) -> Answer<LookupReply> {
        switch node(directory) {
        case .root: return .now(lookupInRoot(name))
        case .control: return .now(lookupInControl(name))
        case .explain: return .now(lookupExplained(name))
        case .jobs where name == Node.jobsPageName: return withKey(for: caller) { $0.lookupJobsPage() }
        case .jobs: return withKey(for: caller) { tree in tree.lookupJob(name, for: caller) }
        case .job(let ordinal):
            // It is there whatever the job does meanwhile.
            if name == ArtifactKind.wait.name {
                return withKey(for: caller) { tree in tree.known(ordinal).then(tree.lookupWait) }
            }
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in
                    if let place = PartFile.target(named: name) { return tree.lookupPart(place, of: job, for: caller) }
                    return tree.lookup(name, in: job)
                }
            }
        case .parts(let ordinal, let directory):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in
                    tree.lookup(name, in: directory, of: job, for: caller)
                }
            }
        case .images(let ordinal):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in tree.lookupImage(name, of: job, for: caller.thread) }
            }
        case .readme, .controlFile, .explained, .jobsPage, .file: return .failed(.notDirectory)
        case .none: return .failed(.staleNode)
        }
    }

    private func lookupInRoot(_ name: String) -> LookupReply {
        switch name {
        case "jobs": .found(Entry(attributes: jobsAttributes, nameLifetime: .fixed, attributesLifetime: .fixed))
        case "README.txt":
            .found(Entry(attributes: readmeAttributes, nameLifetime: .fixed, attributesLifetime: .fixed))
        case ".pulsefs":
            .found(Entry(attributes: policy.directory(.control), nameLifetime: .fixed, attributesLifetime: .fixed))
        default: .absent(.impossible)
        }
    }

    private func lookupInControl(_ name: String) -> LookupReply {
        if name == ExplainedPaths.directory {
            return .found(
                Entry(
                    attributes: policy.directory(.explain), nameLifetime: .fixed, attributesLifetime: .fixed))
        }
        guard let file = ControlFile(name: name) else { return .absent(.impossible) }
        // A control file is made anew for whoever opens it: so the name is asked for each time.
        return .found(
            Entry(
                attributes: control.attributes(of: file, policy, renewing: true), nameLifetime: .madeAnew,
                attributesLifetime: .madeAnew))
    }

    private func lookupJob(_ name: String, for caller: Caller) -> Answer<LookupReply> {
        guard let id = JobID(name) else { return .now(.absent(.impossible)) }
        if let refusal = library.catalog.refusal(of: id) { return refused(refusal, id) }
        do throws(Failure) {
            let isCrawler = crawlers.contains(caller.thread)
            if let job = try library.catalog.job(id), isCrawler || isCurrent(job) {
                return .now(.found(entry(for: job)))
            }
            // Nobody asks for it: others who look are not to find it absent.
            if isCrawler { return .now(.absent(.askAgain)) }
        } catch {
            return .failed(logged(error, id))
        }
        return .later { [library] () throws(Errno) in
            do throws(Failure) {
                return .found(self.entry(for: try await library.refresh(id)))
            } catch {
                return try await self.refused(error, id).resolved()
            }
        }
    }

    private func refused(_ failure: Failure, _ id: JobID) -> Answer<LookupReply> {
        failure.isAbsence ? .now(.absent(.unknown)) : .failed(logged(failure, id))
    }

    func entry(for job: Job) -> Entry {
        handedOut.insert(job.ordinal)
        let lifetime = lifetime(of: job)
        return Entry(
            attributes: directoryAttributes(.job(job.ordinal), job), nameLifetime: lifetime,
            attributesLifetime: lifetime)
    }

    // MARK: Within a job

    private func lookup(_ name: String, in job: Job) -> Answer<LookupReply> {
        guard let kind = ArtifactKind(named: name) else { return .now(.absent(.impossible)) }
        let slot = kind.slot
        guard kind.exists(in: job, library) else {
            if slot != .error, let again = askingAgain(job, { self.lookup(name, in: $0) }) { return again }
            return .now(.absent(absenceLifetime(of: slot, in: job)))
        }
        if kind.dependsOnLargeResult, job.awaitsLargeResult {
            return .later { [library] () throws(Errno) in
                let whole: Job
                do throws(Failure) { whole = try await library.fetchLargeResult(of: job) } catch {
                    throw self.logged(error, Place(job: job.id.text, file: name))
                }
                guard kind.exists(in: whole, library) else {
                    return .absent(self.absenceLifetime(of: slot, in: whole))
                }
                return .found(try await self.entry(slot, of: whole).resolved())
            }
        }
        if slot == .images {
            let lifetime = lifetime(of: job)
            return .now(
                .found(
                    Entry(
                        attributes: directoryAttributes(.images(job.ordinal), job), nameLifetime: lifetime,
                        attributesLifetime: lifetime)))
        }
        return entry(slot, of: job).map { .found($0) }
    }

    private func lookupImage(_ name: String, of job: Job, for reader: Int32) -> Answer<LookupReply> {
        guard FileName.isSafe(name) else { return .now(.absent(.impossible)) }
        let known = job.image(named: name)
        if known == nil, FileName.isOfDesktop(name) {
            // A result that has not come yet may list it.
            return .now(.absent(job.awaitsLargeResult ? .untilLargeResult : .unknown))
        }
        if job.phase == .expired, known.map({ library.mayBeHad($0, of: job) }) != true {
            if known?.isListed == true, let again = askingAgain(job, { self.lookupImage(name, of: $0, for: reader) }) {
                return again
            }
            return .now(.absent(.unknown))
        }
        if let known, known.size != nil {
            return entry(known.slot, of: job).map { .found($0) }
        }
        return .later { [library] () throws(Errno) in
            do throws(Failure) {
                let whole = try await library.fetchLargeResult(of: job)
                let artifact = try await library.image(named: name, of: whole, for: reader)
                return .found(self.entry(artifact, of: whole))
            } catch  where error.isAbsence {
                return .absent(.unknown)
            } catch {
                throw self.logged(error, Place(job: job.id.text, file: ArtifactKind.path(ofImage: name)))
            }
        }
    }

    /// The entry of a file of a job, when its size is known or can be found.
    func entry(_ slot: ArtifactSlot, of job: Job) -> Answer<Entry> {
        switch slot {
        case .status:
            job.statusIsShown()
            return .now(entry(slot, size: UInt64(job.facts.statusDocument.count), of: job))
        case .error:
            guard let explanation = library.explanation(of: job) else { return .failed(.absentFile) }
            return .now(entry(slot, size: UInt64(explanation.count), of: job))
        case .page: return pageEntry(of: job)
        default: break
        }
        guard let artifact = job.artifact(slot) else { return .failed(.absentFile) }
        guard library.mayBeHad(artifact, of: job) else {
            let again = artifact.isListed ? askingAgain(job) { self.entry(slot, of: $0) } : nil
            return again ?? .failed(.absentFile)
        }
        if artifact.size != nil, !library.isTooLarge(artifact) { return .now(entry(artifact, of: job)) }
        return .later { [library] () throws(Errno) in
            do throws(Failure) {
                return self.entry(try await library.sized(artifact, of: job), of: job)
            } catch {
                throw self.logged(error, Place(job, artifact))
            }
        }
    }

    func entry(_ artifact: StoredArtifact, of job: Job) -> Entry {
        job.isShown(artifact.slot)
        return entry(artifact.slot, size: artifact.size ?? 0, of: job)
    }

    func entry(_ slot: ArtifactSlot, size: UInt64, of job: Job) -> Entry {
        let lifetime = lifetime(of: slot, in: job)
        return Entry(
            attributes: policy.file(
                .file(job.ordinal, slot), id: library.shown.node(of: .init(job.ordinal, slot)), size: size,
                modified: job.modified, changed: library.shown.changed(at: .init(job.ordinal, slot)).map(FileTime.init)),
            nameLifetime: lifetime, attributesLifetime: lifetime)
    }
}
