package import JSONStream
package import PulseAPI

/// A job that a batch has made of one of its documents, as the batch's result names it.
package struct ChildJob: Sendable, Hashable {
    package let id: JobID
    /// As the API spells it.
    package var status: String?
    /// Of the document.
    package var name: String?

    package init(id: JobID, status: String? = nil, name: String? = nil) {
        (self.id, self.status, self.name) = (id, status, name)
    }

    /// More are not told of.
    package static let limit = 10_000

    /// The jobs that a result names for sure: the elements of a list that have a `job_id`, and the ids of a list of job ids. In the
    /// order of the result, each once.
    ///
    /// - Throws: what `JSONScanner` throws.
    package static func read(_ source: any ByteSource, _ range: Range<UInt64>) throws(JSONError) -> [ChildJob] {
        let root = try JSONLevel.read(source, range, limit: 4096)
        var levels = [root]
        for path in [["batch"], ["results"], ["results", "batch_extract"], ["batch_extract"]] {
            if let level = try self.level(path, below: root, source) { levels.append(level) }
        }
        var children = Children()
        for member in levels.flatMap(\.members) where member.place.shape == .array && children.hasRoom {
            let isOfIDs = idLists.contains(member.name)
            guard isOfIDs || itemLists.contains(member.name) else { continue }
            try JSONElements.forEach(source, member.place.range, limit: 1 << 16) { element, _ in
                guard let element, let id = (isOfIDs ? element.text : element["job_id"]?.text).flatMap(JobID.init)
                else { return }
                let name = nameMembers.lazy.compactMap { element[$0]?.text }.first { !$0.isEmpty }
                children.add(ChildJob(id: id, status: element["status"]?.text, name: name))
            }
        }
        return children.all
    }

    private static let itemLists: Set = ["items", "jobs", "children", "results", "documents", "files", "child_jobs"]
    private static let idLists: Set = ["job_ids", "child_job_ids"]
    private static let nameMembers = ["file_name", "filename", "name", "document", "title", "file_url", "url"]

    private static func level(
        _ path: [String], below root: JSONLevel, _ source: any ByteSource
    ) throws(JSONError) -> JSONLevel? {
        var level = root
        for name in path {
            guard let place = level[name], place.shape == .object else { return nil }
            level = try JSONLevel.read(source, place.range, limit: 4096)
        }
        return level
    }

    private struct Children {
        private(set) var all: [ChildJob] = []
        private var known: Set<JobID> = []

        var hasRoom: Bool { all.count < ChildJob.limit }

        mutating func add(_ child: ChildJob) {
            if hasRoom, known.insert(child.id).inserted { all.append(child) }
        }
    }
}
