import ArtifactStore
import FUSE
import JobCache
import Parts
import PulseAPI
import Quantities
import SystemPackage

/// `contents.md`, `pages/`, `tables/` and the other parts of a result.
extension PulseFileSystem {
    func lookupPart(_ place: PartFile.Target, of job: Job, for caller: Caller) -> Answer<LookupReply> {
        guard library.mayHaveParts(job) else {
            if let again = askingAgain(job, { self.lookupPart(place, of: $0, for: caller) }) { return again }
            return .now(.absent(absenceLifetime(of: .result, in: job)))
        }
        if let summary = library.partsSummary(of: job) { return .now(reply(place, summary, job)) }
        return withParts(of: job, for: caller, otherwise: .absent(.askAgain)) { list, job, tree in
            tree.reply(place, PartsSummary(list), job)
        }
    }

    private func reply(_ place: PartFile.Target, _ summary: PartsSummary, _ job: Job) -> LookupReply {
        switch place {
        case .file(let path):
            guard let file = summary.files.first(where: { $0.name == path }) else { return .absent(lifetime(of: job)) }
            return .found(entry(ofPart: .part(file.number, named: path), size: file.size, job))
        case .directory(let directory):
            guard summary.directories.contains(directory) else { return .absent(lifetime(of: job)) }
            return .found(entry(of: directory, job))
        }
    }

    func lookup(_ name: String, in directory: PartDirectory, of job: Job, for caller: Caller) -> Answer<LookupReply> {
        guard library.mayHaveParts(job) else { return .now(.absent(absenceLifetime(of: .result, in: job))) }
        return withParts(of: job, for: caller, otherwise: .absent(.askAgain)) { list, job, tree in
            guard let number = list.number(of: "\(directory.name)/\(name)") else {
                return .absent(tree.lifetime(of: job))
            }
            return .found(tree.entry(ofPart: number, list, job))
        }
    }

    /// Answers by the list of parts: now when it is known, else when it has been read or made. A crawler has nothing made for it,
    /// and gets `otherwise`.
    private func withParts<Value: Sendable>(
        of job: Job, for caller: Caller, otherwise: Value,
        _ answer: @escaping @Sendable (PartList, Job, PulseFileSystem) -> Value
    ) -> Answer<Value> {
        if let list = library.knownParts(of: job) { return .now(answer(list, job, self)) }
        if crawlers.contains(caller.thread) { return .now(otherwise) }
        return .later { [library] () throws(Errno) in
            do throws(Failure) {
                let list = try await library.parts(of: job)
                return answer(list, try library.catalog.job(job.ordinal) ?? job, self)
            } catch {
                throw self.logged(error, Place(job: job.id.text, file: PartFile.contents))
            }
        }
    }

    private func entry(ofPart number: Int, _ list: PartList, _ job: Job) -> Entry {
        entry(ofPart: .part(number, named: list.parts[number].path), size: list.parts[number].size, job)
    }

    private func entry(ofPart slot: ArtifactSlot, size: UInt64, _ job: Job) -> Entry {
        job.isShown(.parts)
        return entry(slot, size: size, of: job)
    }

    private func entry(of directory: PartDirectory, _ job: Job) -> Entry {
        let lifetime = lifetime(of: job)
        return Entry(
            attributes: directoryAttributes(.parts(job.ordinal, directory), job), nameLifetime: lifetime,
            attributesLifetime: lifetime)
    }

    /// The entry of a part that the kernel holds.
    func partEntry(_ slot: ArtifactSlot, of job: Job, for caller: Caller) -> Answer<Entry> {
        guard library.mayHaveParts(job) || library.storedParts(of: job) != nil else {
            return .failed(.absentFile)
        }
        let found = withParts(of: job, for: caller, otherwise: Entry?.none) { list, job, tree in
            Self.number(of: slot, in: list).map { tree.entry(ofPart: $0, list, job) }
        }
        return found.then { entry in entry.map { .now($0) } ?? .failed(.staleNode) }
    }

    func attributes(of directory: PartDirectory, _ job: Job) -> Answer<AttributeReply> {
        guard library.mayHaveParts(job) || library.storedParts(of: job) != nil else {
            return .failed(.absentFile)
        }
        return .now(
            AttributeReply(
                attributes: directoryAttributes(.parts(job.ordinal, directory), job), lifetime: lifetime(of: job)))
    }

    // MARK: Listing

    /// Hands the entries of the parts beside `result.md` on. A job whose parts were never made has none while its result is
    /// not here, as a listing asks the API for nothing: only what every result has is listed of one that was not fetched yet.
    func withPartEntries<Value: Sendable>(
        of job: Job, for caller: Caller, _ answer: @escaping @Sendable ([DirectoryEntry], PulseFileSystem) -> Value
    ) -> Answer<Value> {
        if let summary = library.partsSummary(of: job) { return .now(answer(partEntries(summary, job), self)) }
        guard library.hasParts(job) else { return .now(answer(certainParts(of: job), self)) }
        let found = withParts(of: job, for: caller, otherwise: []) { list, job, tree in
            tree.partEntries(PartsSummary(list), job)
        }
        guard case .later(let work) = found else { return found.map { answer($0, self) } }
        library.noticeParts(of: job)
        return .later { () throws(Errno) in
            // What is wrong with the parts, which the log has, is nothing wrong with the other files.
            answer((try? await work()) ?? [], self)
        }
    }

    /// What there is when the result has been fetched, as `result.md` itself: without attributes.
    private func certainParts(of job: Job) -> [DirectoryEntry] {
        guard job.awaitsLargeResult, library.mayHaveParts(job) else { return [] }
        return [entry(named: PartFile.contents, .contents, nil, job)]
    }

    private func partEntries(_ summary: PartsSummary, _ job: Job) -> [DirectoryEntry] {
        let directories = summary.directories.map { directory in
            DirectoryEntry(
                name: directory.name, node: Node.parts(job.ordinal, directory).id, kind: .directory,
                cookie: DirectoryCookie(UInt64(clamping: directory.rawValue)), entry: entry(of: directory, job))
        }
        let files = summary.files.map { file in
            let slot = ArtifactSlot.part(file.number, named: file.name)
            return entry(named: file.name, slot, entry(ofPart: slot, size: file.size, job), job)
        }
        return directories + files
    }

    private func entry(named name: String, _ slot: ArtifactSlot, _ entry: Entry?, _ job: Job) -> DirectoryEntry {
        DirectoryEntry(
            name: name, node: Node.file(job.ordinal, slot).id, kind: .file,
            cookie: DirectoryCookie(UInt64(clamping: slot.rawValue)), entry: entry)
    }

    func list(
        _ directory: PartDirectory, of job: Job, after cookie: DirectoryCookie, _ limit: Int, for caller: Caller
    ) -> Answer<[DirectoryEntry]> {
        guard library.mayHaveParts(job) else { return .now([]) }
        return withParts(of: job, for: caller, otherwise: []) { list, job, tree in
            let after = Int(clamping: cookie.rawValue) -| ArtifactSlot.firstPart.rawValue
            let rest = list.numbers(in: directory.name).drop { $0 <= after && cookie.rawValue > 0 }
            return rest.prefix(limit).map { number in
                tree.entry(
                    named: String(list.parts[number].path.dropFirst(directory.name.count + 1)), .part(number),
                    tree.entry(ofPart: number, list, job), job)
            }
        }
    }

    // MARK: Reading

    func readPart(
        _ slot: ArtifactSlot, of job: Job, at offset: UInt64, count: Int, for caller: Caller
    ) -> Answer<ReadReply> {
        guard let list = library.knownParts(of: job), let artifact = library.storedParts(of: job) else {
            if crawlers.contains(caller.thread) { return .failed(.notForCrawlers) }
            return .later { [library] () throws(Errno) in
                do throws(Failure) {
                    let list = try await library.parts(of: job)
                    let job = try library.catalog.job(job.ordinal) ?? job
                    guard let artifact = library.storedParts(of: job) else { throw Failure.changed }
                    guard let number = Self.number(of: slot, in: list),
                        let range = Self.range(of: number, list, at: offset, count)
                    else { return .bytes([]) }
                    return ReadReply(
                        try await library.readParts(
                            artifact, of: job, list, at: range.lowerBound, count: range.count))
                } catch {
                    throw self.logged(error, Place(job: job.id.text, file: PartFile.contents))
                }
            }
        }
        guard let number = Self.number(of: slot, in: list), let range = Self.range(of: number, list, at: offset, count)
        else { return .now(.bytes([])) }
        let otherwise = { @Sendable () async throws(Errno) -> ReadReply in
            if self.crawlers.contains(caller.thread) { throw .notForCrawlers }
            return try await self.whileOpen { () throws(Errno) in
                do throws(Failure) {
                    return ReadReply(
                        try await self.library.readParts(
                            artifact, of: job, list, at: range.lowerBound, count: range.count))
                } catch {
                    throw self.logged(error, Place(job: job.id.text, file: list.parts[number].path))
                }
            }
        }
        if !job.isMisshown(.parts), let blob = library.blob(.parts, of: job), blob.size == artifact.size {
            library.events.cache.hit()
            return .now(.file(blob, offset: range.lowerBound, length: range.count, otherwise: otherwise))
        }
        library.events.cache.miss()
        return .later(otherwise)
    }

    /// The place of a part in the list; nil for one that there is not.
    private static func number(of slot: ArtifactSlot, in list: PartList) -> Int? {
        slot == .contents
            ? list.number(of: PartFile.contents) : slot.partNumber.flatMap { $0 < list.parts.count ? $0 : nil }
    }

    /// Where bytes of a part stand in the file of all; nil behind its end.
    private static func range(of number: Int, _ list: PartList, at offset: UInt64, _ count: Int) -> Range<UInt64>? {
        guard offset < list.parts[number].size else { return nil }
        let part = list.parts[number].range
        let start = part.lowerBound +| offset
        return start..<min(part.upperBound, start +| UInt64(count))
    }
}
