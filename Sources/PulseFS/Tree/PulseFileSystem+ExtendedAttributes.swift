import ArtifactStore
package import FUSE
import JobCache
import SystemPackage

/// What is known of a place beyond what stat(2) says. Nothing is asked of the API for it, nor is a running job polled; who may
/// read a file may read these of it, and nobody else.
extension PulseFileSystem {
    package func getxattr(_ name: String, of node: NodeID, for caller: Caller) -> Answer<[UInt8]> {
        guard let attribute = ExtendedAttribute(rawValue: name) else { return .failed(.noData) }
        return attributed(node, withResult: attribute.isOfResult, for: caller).then { node in
            node.value(of: attribute).map { .now($0) } ?? .failed(.noData)
        }
    }

    package func listxattr(_ node: NodeID, for caller: Caller) -> Answer<[String]> {
        attributed(node, withResult: true, for: caller).map { $0.attributes.map(\.rawValue) }
    }

    private func attributed(_ id: NodeID, withResult: Bool, for caller: Caller) -> Answer<AttributedNode> {
        switch node(id) {
        case nil: return .failed(.staleNode)
        case .job(let ordinal)?: return attributed(.job(ordinal), ordinal, withResult: withResult, for: caller)
        case .images(let ordinal)?: return attributed(.images(ordinal), ordinal, withResult: false, for: caller)
        case .parts(let ordinal, let directory)?:
            return attributed(.parts(ordinal, directory), ordinal, withResult: false, for: caller)
        case .file(let ordinal, let slot)?:
            return attributed(.file(ordinal, slot), ordinal, withResult: withResult && slot.isImage, for: caller)
        case .jobsPage?: return withKey(for: caller) { _ in .now(AttributedNode(node: .jobsPage)) }
        case let node?: return .now(AttributedNode(node: node))
        }
    }

    private func attributed(
        _ node: Node, _ ordinal: JobOrdinal, withResult: Bool, for caller: Caller
    ) -> Answer<AttributedNode> {
        let answer = { @Sendable (tree: PulseFileSystem) -> Answer<AttributedNode> in
            tree.shown(ordinal).then { job in
                if case .file(_, let slot) = node, !Self.isMadeHere(slot) {
                    let isThere = job.artifact(slot).map { tree.library.mayBeHad($0, of: job) } ?? false
                    guard isThere else {
                        return .failed(.missingFile(isExpired: job.phase == .expired))
                    }
                }
                guard withResult else { return .now(AttributedNode(node: node, job: job)) }
                return tree.library.resultNotes(of: job).map { AttributedNode(node: node, job: job, notes: $0) }
            }
        }
        // What a crawler waits for here is the disk, which is no request.
        if crawlers.contains(caller.thread) { return keyring.isOpen ? answer(self) : .failed(.notForCrawlers) }
        return withKey(for: caller, answer)
    }

    /// The job of a node, if the API has shown it to the key in use. It is not asked: who looks a path up has it asked.
    private func shown(_ ordinal: JobOrdinal) -> Answer<Job> {
        do throws(Failure) {
            if let job = try library.catalog.job(ordinal) { return .now(job) }
            guard let id = try library.catalog.id(of: ordinal) else { return .failed(.staleNode) }
            return .failed(library.catalog.refusal(of: id).map { logged($0, id) } ?? .notShown)
        } catch {
            return .failed(logged(error))
        }
    }

    private static func isMadeHere(_ slot: ArtifactSlot) -> Bool {
        slot.partNumber != nil || ArtifactKind(slot)?.isMadeHere == true
    }
}
