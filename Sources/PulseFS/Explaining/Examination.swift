import ArtifactStore
import JobCache
import Parts
import PulseAPI

/// Finds out why a path is absent or fails, from what is known: asks nobody, and waits for nothing but the local disk.
struct Examination {
    /// Where what is known comes from: a mount, or its cache alone.
    struct Ground {
        /// Why nothing is shown to this key.
        var closed: Failure?
        var keyTrouble: Trouble?
        /// A job that the key may read.
        var job: (JobID) throws(Failure) -> Job?
        /// The cache has the job, whoever may read it.
        var isInCache: (JobID) -> Bool
        var isHere: (StoredArtifact, Job) -> Bool
        /// The list of a job's parts, as far as they are made.
        var parts: (Job) -> PartList? = { _ in nil }
        var withholds: (Job) -> Bool
        /// The bytes of `error.txt`.
        var explanation: (Job) -> [UInt8]?
        var history: (JobID) -> [LedgerEntry]
        var trouble: (Place) -> Trouble? = { _ in nil }
        var quarantine: (Place) -> Event? = { _ in nil }
        /// Who asks the API about a job, in a sentence.
        var poller: (JobID) -> String? = { _ in nil }
        /// Which machine has, holds or lost a result that can be fetched only once, in a sentence or more.
        var claim: (Job) -> String? = { _ in nil }
    }

    let ground: Ground

    /// `path` is below the root of the mount.
    func examine(_ path: String) -> Diagnosis {
        switch TreePath(path) {
        case .root: Diagnosis(path, .fine, what: "the root of a mount")
        case .readme: Diagnosis(path, .fine, what: "what PulseFS is and how to read it")
        case .jobs: jobs(path, "the directory of the jobs that were looked up before")
        case .job(Node.jobsPageName):
            jobs(path, "a page of the known jobs, for a browser")
        case .control(let name): control(path, name)
        case .elsewhere: Diagnosis(path, .notInTree, what: "not a path of a mount")
        case .job(let name), .file(let name, _):
            if let id = JobID(name) { examine(path, id) } else { malformed(path, name) }
        }
    }

    private func jobs(_ path: String, _ what: String) -> Diagnosis {
        ground.closed.map { closed(path, what, $0, nil) } ?? Diagnosis(path, .fine, what: what)
    }

    private func control(_ path: String, _ name: String?) -> Diagnosis {
        let isThere = name.map { ControlFile(name: $0) != nil || $0 == ExplainedPaths.directory } ?? true
        return isThere
            ? Diagnosis(path, .fine, what: "about the mount itself")
            : Diagnosis(path, .notInTree, what: "not a file of .pulsefs")
    }

    private func malformed(_ path: String, _ name: String) -> Diagnosis {
        let shown = Event.bounded(name) ?? ""
        return Diagnosis(path, .notAName, what: "not a job: \"\(shown)\" is not an id")
    }

    private func closed(_ path: String, _ what: String, _ failure: Failure, _ id: JobID?) -> Diagnosis {
        var diagnosis = Diagnosis(path, .failure(failure.reason), what: what, job: id?.text)
        diagnosis.problem = ground.keyTrouble.map { Diagnosis.Problem($0) } ?? Diagnosis.Problem(failure)
        return diagnosis
    }

    // MARK: A job and what is in it

    private func examine(_ path: String, _ id: JobID) -> Diagnosis {
        let file: String? = if case .file(_, let file) = TreePath(path) { file } else { nil }
        let what = file.map { Self.what($0, id) } ?? "job \(id)"
        if let closed = ground.closed { return self.closed(path, what, closed, id) }
        let trouble = ground.trouble(Place(job: id.text))
        let known: Job?
        do throws(Failure) { known = try ground.job(id) } catch {
            var diagnosis = Diagnosis(path, .failure(error.reason), what: what, job: id.text)
            diagnosis.problem = Diagnosis.Problem(error)
            return diagnosis
        }
        guard let job = known else { return unknown(path, what, id, trouble) }
        var diagnosis = file.map { self.file(path, what, $0, job, trouble) } ?? self.job(path, what, job, trouble)
        let poller = job.phase.isTerminal ? nil : ground.poller(id)
        diagnosis.known = sentences(job) + [poller, ground.claim(job)].compactMap { $0 } + diagnosis.known
        return diagnosis
    }

    private func unknown(_ path: String, _ what: String, _ id: JobID, _ trouble: Trouble?) -> Diagnosis {
        let finding: Finding =
            switch trouble?.reason {
            case .notFound, .gone: .unknownJob
            case .some(let reason): .failure(reason)
            case nil: ground.isInCache(id) ? .notShown : .neverAsked
            }
        var diagnosis = Diagnosis(path, finding, what: what, job: id.text)
        diagnosis.problem = trouble.map { Diagnosis.Problem($0) }
        return diagnosis
    }

    private func job(_ path: String, _ what: String, _ job: Job, _ trouble: Trouble?) -> Diagnosis {
        var finding = Self.ending(job) ?? .fine
        var problem: Trouble?
        if finding == .fine {
            if let trouble {
                (finding, problem) = (.failure(trouble.reason), trouble)
            } else if ground.withholds(job) {
                finding = job.holdsLink ? .linkNotFollowed : .withheld
            } else if job.phase == .completed, job.explanation != nil {
                finding = .deliveredElsewhere
            }
        }
        var diagnosis = Diagnosis(path, finding, what: what, job: job.id.text)
        // The directory itself is there whatever became of the job.
        if problem == nil { diagnosis.errno = nil }
        diagnosis.problem = problem.map { Diagnosis.Problem($0) }
        return diagnosis
    }

    private func file(_ path: String, _ what: String, _ file: String, _ job: Job, _ trouble: Trouble?) -> Diagnosis {
        if file == ArtifactKind.wait.name { return Diagnosis(path, .fine, what: what) }
        if file == ArtifactKind.images.name { return images(path, what, job, trouble) }
        if PartFile.target(named: String(file.prefix { $0 != "/" })) != nil {
            return part(path, what, file, job, trouble)
        }
        let image = ArtifactKind.imageName(inPath: file)
        if let image {
            guard FileName.isSafe(image), job.image(named: image) != nil || !FileName.isOfDesktop(image) else {
                return Diagnosis(path, .notInTree, what: what)
            }
        }
        let kind = ArtifactKind(named: file)
        guard let slot = image == nil ? kind?.slot : .firstImage else {
            return Diagnosis(path, .notInTree, what: "not a file of a job's directory")
        }
        switch slot {
        case .status: return status(path, what, job, trouble)
        case .error:
            return Diagnosis(path, ground.explanation(job) == nil ? .nothingToExplain : .fine, what: what)
        case .page: return page(path, what, job, trouble)
        default: break
        }
        let artifact = image.map { job.image(named: $0) } ?? job.artifact(slot)
        let isHere = artifact.map { ground.isHere($0, job) } ?? false
        let place = Place(job: job.id.text, file: file)
        var own = ground.trouble(place)
        if own == nil, kind?.dependsOnLargeResult == true {
            own = ground.trouble(Place(job: job.id.text, file: ArtifactKind.result.name))
        }
        let finding = isHere ? .fine : missing(artifact, slot, job, own, trouble)
        var diagnosis = Diagnosis(path, finding, what: what, job: job.id.text)
        if !finding.isFine || own?.reason != nil, !isHere {
            diagnosis.problem = (own ?? trouble).map { Diagnosis.Problem($0) }
        }
        diagnosis.size = artifact?.size
        diagnosis.isCached = isHere
        if let artifact { diagnosis.known.append(Self.sentence(artifact, isHere)) }
        if let event = ground.quarantine(place) {
            diagnosis.known.append("A damaged copy of it was set aside in the cache at \(APITime.text(event.time)).")
        }
        return diagnosis
    }

    /// It is made from the result when it is looked at, and of a job without one it says why.
    private func page(_ path: String, _ what: String, _ job: Job, _ trouble: Trouble?) -> Diagnosis {
        let page = job.artifact(.page)
        let sources = [page, job.artifact(.result)].compactMap(\.self)
        let isNeeded = job.phase == .completed && !ground.withholds(job) && job.explanation == nil
        let isHere = !isNeeded || sources.contains { ground.isHere($0, job) }
        let own = ground.trouble(Place(job: job.id.text, file: ArtifactKind.page.name))
        let finding = isHere ? .fine : missing(job.artifact(.result), .result, job, own, trouble)
        var diagnosis = Diagnosis(path, finding, what: what, job: job.id.text)
        diagnosis.problem = isHere ? nil : (own ?? trouble).map { Diagnosis.Problem($0) }
        diagnosis.size = page?.size
        diagnosis.isCached = page.map { ground.isHere($0, job) } ?? false
        if let page { diagnosis.known.append(Self.sentence(page, diagnosis.isCached == true)) }
        return diagnosis
    }

    private func images(_ path: String, _ what: String, _ job: Job, _ trouble: Trouble?) -> Diagnosis {
        let isThere = job.phase == .completed || (job.phase == .expired && job.hasFiles)
        let finding = isThere ? .fine : missing(nil, .images, job, nil, trouble)
        var diagnosis = Diagnosis(path, finding, what: what, job: job.id.text)
        diagnosis.problem = isThere ? nil : trouble.map { Diagnosis.Problem($0) }
        let listed = job.listedImages.count
        if isThere { diagnosis.known.append("The result lists \(listed) images.") }
        if listed >= ResultFacts.imageLimit {
            diagnosis.known.append(
                "It may name more: at most \(ResultFacts.imageLimit) are listed, and the others can be opened by name."
            )
        }
        return diagnosis
    }

    private func part(_ path: String, _ what: String, _ file: String, _ job: Job, _ trouble: Trouble?) -> Diagnosis {
        guard job.artifact(.result) != nil else {
            let finding = missing(nil, .result, job, nil, trouble)
            var diagnosis = Diagnosis(path, finding, what: what, job: job.id.text)
            diagnosis.problem = finding.isFine ? nil : trouble.map { Diagnosis.Problem($0) }
            return diagnosis
        }
        guard let list = ground.parts(job) else {
            var diagnosis = Diagnosis(path, .fine, what: what, job: job.id.text)
            diagnosis.known.append(
                "PulseFS makes it from result.json when it is first looked up, if the result has data for it.")
            return diagnosis
        }
        let number = list.number(of: file)
        guard number != nil || !list.numbers(in: file).isEmpty else {
            var diagnosis = Diagnosis(path, .noSuchPart, what: what, job: job.id.text)
            let reason = list.reason(file).flatMap(Event.bounded)
            diagnosis.known.append("It is absent: \(reason ?? "the result has no such part").")
            return diagnosis
        }
        var diagnosis = Diagnosis(path, .fine, what: what, job: job.id.text)
        diagnosis.size = number.map { list.parts[$0].size }
        diagnosis.isCached = true
        diagnosis.known.append("PulseFS made it from result.json.")
        return diagnosis
    }

    private func status(_ path: String, _ what: String, _ job: Job, _ trouble: Trouble?) -> Diagnosis {
        // It shows what was last heard, and someone should know that this is old.
        let finding: Finding = job.phase.isTerminal ? .fine : trouble.map { .failure($0.reason) } ?? .fine
        var diagnosis = Diagnosis(path, finding, what: what, job: job.id.text)
        if !finding.isFine {
            diagnosis.problem = trouble.map { Diagnosis.Problem($0) }
            diagnosis.errno = nil
        }
        diagnosis.size = UInt64(job.facts.statusDocument.count)
        return diagnosis
    }

    /// Why the bytes of a file are not here.
    private func missing(
        _ artifact: StoredArtifact?, _ slot: ArtifactSlot, _ job: Job, _ own: Trouble?, _ ofJob: Trouble?
    ) -> Finding {
        if let ending = Self.ending(job) { return ending }
        guard job.phase == .completed else { return ofJob.map { .failure($0.reason) } ?? .running }
        if ground.withholds(job), !job.holdsLink { return .withheld }
        // Another machine was told that its link is spent.
        if job.awaitsLargeResult, ground.explanation(job) != nil { return .deliveredElsewhere }
        if let artifact {
            if artifact.isSingleUse { return .lostSingleUse }
            // What is cut out of a result goes by the result.
            if artifact.source == nil, let result = job.artifact(.result), result.isSingleUse,
                !ground.isHere(result, job)
            {
                return .lostSingleUse
            }
            if let own { return own.isAbsence ? .missingFile : .failure(own.reason) }
            if artifact.isRefused { return .missingFile }
            return artifact.isStored ? .evicted : .notFetchedYet
        }
        if let own { return own.isAbsence ? .notInResult : .failure(own.reason) }
        if job.awaitsLargeResult { return .notFetchedYet }
        if job.holdsLink { return .linkNotFollowed }
        return job.explanation == nil ? .notInResult : .deliveredElsewhere
    }

    /// How a job has ended without a result, or with one that is no more.
    private static func ending(_ job: Job) -> Finding? {
        switch job.phase {
        case .failed: .failed
        case .canceled: .canceled
        case .expired: job.isGone ? .deleted : .expired
        case .running, .completed: nil
        }
    }

    // MARK: Words

    private func sentences(_ job: Job) -> [String] {
        let status = Event.bounded(job.status) ?? "not named"
        var known = ["The job's status is \(status), as the API said at \(APITime.text(job.facts.checkedAt))."]
        if let updated = job.updatedAt { known.append("It last changed at \(APITime.text(updated)).") }
        known += ground.history(job.id).map { entry in
            "Its result, which can be downloaded only once, was \(entry.event.rawValue) at "
                + "\(APITime.text(entry.time)) by \(entry.actor)."
        }
        if let explanation = ground.explanation(job) {
            let lines = String(decoding: explanation, as: UTF8.self).split(separator: "\n")
            known += lines.prefix(20).compactMap { Event.bounded(String($0)) }.map {
                "\(ArtifactKind.error.name): \($0)"
            }
        }
        return known
    }

    private static func sentence(_ artifact: StoredArtifact, _ isHere: Bool) -> String {
        let size = artifact.size.map { "It has \($0) bytes" } ?? "Its size is not known yet"
        return "\(size), and it is \(isHere ? "in the cache" : "not in the cache")."
    }

    private static func what(_ file: String, _ id: JobID) -> String {
        if let kind = ArtifactKind(named: file) { return kind.what(id) }
        if PartFile.target(named: String(file.prefix { $0 != "/" })) != nil {
            return "a part of the result of job \(id)"
        }
        return ArtifactKind.imageName(inPath: file) == nil ? "a file of job \(id)" : "an image of job \(id)"
    }
}

extension Trouble {
    fileprivate var isAbsence: Bool { reason == .notFound || reason == .gone }
}
