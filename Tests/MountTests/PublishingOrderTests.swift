import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// What SIGKILL cannot show: the order in which a result reaches the disk, as the kernel saw it (strace(1)). After a power
/// cut only what was synchronized is there.
@Suite("The order of publishing", .takingTurns, .timeLimit(.minutes(5)))
struct PublishingOrderTests {
    /// A system call that has returned, and the file it was about; a rename's is the new name.
    private struct Call: Equatable {
        let name: String
        let path: String
    }

    @Test("S3.2: claim, bytes, name, directory, ledger: each is durable before the next begins")
    func singleUse() async throws {
        try await Rig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 50_000)]) { (rig) async throws in
            let log = rig.scratch.appending("trace")
            let trace = [
                "strace", "-f", "-y", "-qq", "-o", log.string, "-e",
                "trace=fsync,fdatasync,rename,renameat,unlink,unlinkat,write,pwrite64", "-e", "signal=none",
            ]
            try await rig.mounted(tracing: trace) { (mount) async throws in
                #expect(try await mount.shell("wc -c < \"$M\"/jobs/once/result.md").lines == ["50000"])
            }
            let calls = try await Self.calls(in: log)
            func first(_ name: String, _ suffix: String, after place: Int = -1) throws -> Int {
                let found = calls.indices.first {
                    $0 > place && calls[$0].name == name && calls[$0].path.hasSuffix(suffix)
                }
                return try #require(found, "no \(name) of \(suffix) after call \(place)")
            }
            func last(_ name: String, _ part: String, before place: Int) throws -> Int {
                let found = calls.indices.last { $0 < place && calls[$0].name == name && calls[$0].path.contains(part) }
                return try #require(found, "no \(name) of \(part) before call \(place)")
            }
            // The claim is in the ledger, durably, before a byte of the result is taken.
            let claimed = try first("fsync", "/ledger")
            let arrived = try first("pwrite64", "-once")
            #expect(claimed < arrived)
            // All of it is durable, and how much it is, before anything is written behind it.
            let synchronized = try first("fsync", "-once", after: arrived)
            let noted = try last(
                "rename", ".facts", before: try first("pwrite64", "-once", after: synchronized))
            #expect(synchronized < noted)
            let labelled = try last("pwrite64", "-once", before: calls.count)
            // The result: its bytes, which are those of the download, then its name, then the directories of the name.
            let renames = calls.indices.filter {
                calls[$0].name.hasPrefix("rename") && calls[$0].path.contains("/blobs/")
            }
            #expect(renames.count == 2)
            let result = try #require(renames.first { calls[$0].path.hasSuffix("/4") })
            #expect(noted < labelled)
            #expect(try first("fsync", "-once", after: labelled) < result)
            // Delivered is said when all that is so, and what the download has of its own goes last.
            let named = try first("fsync", "/once", after: result)
            let delivered = try first("fsync", "/ledger", after: claimed)
            #expect(named < delivered)
            let origin = FilePath(calls[result].path).removingLastComponent().removingLastComponent()
            for directory in [origin, origin.removingLastComponent()] {
                let entered = Call(name: "fsync", path: directory.string)
                #expect(try #require(calls.firstIndex(of: entered)) < delivered, "\(directory)")
            }
            #expect(try first("unlink", "-once.facts", after: claimed) > delivered)
        }
    }

    @Test("what `pulsefs fetch` says it has fetched is durable when it ends")
    func fetched() async throws {
        try await Rig.with(adding: [.syntheticImages(id: "pictures", count: 3, size: 5000)]) { (rig) async throws in
            let log = rig.scratch.appending("trace").string
            let fetched = try await Shell.run(
                "strace -f -y -qq -o \"$1\" -e trace=syncfs,rename,renameat -e signal=none \"$P\" fetch pictures",
                [log], environment: rig.environment())
            #expect(fetched.status == 0, "\(fetched.errors)")
            let calls = try await Self.calls(in: FilePath(log))
            let published = try #require(calls.lastIndex { $0.name.hasPrefix("rename") && $0.path.contains("/blobs/") })
            let durable = try #require(calls.lastIndex(of: Call(name: "syncfs", path: rig.cache.string)))
            #expect(published < durable)
        }
    }

    /// Calls in the order in which they returned. strace tells begin and end apart when threads interleave.
    private static func calls(in log: FilePath) async throws -> [Call] {
        var begun: [Substring: Call] = [:]
        var calls: [Call] = []
        for line in try await Shell.run("cat \"$1\"", [log.string]).lines {
            guard let space = line.firstIndex(of: " ") else { continue }
            let thread = line[..<space]
            let text = line[space...].drop { $0 == " " }
            if text.hasPrefix("<... ") {
                if let call = begun.removeValue(forKey: thread) { calls.append(call) }
                continue
            }
            guard let open = text.firstIndex(of: "(") else { continue }
            let call = Call(name: String(text[..<open]), path: path(in: text[open...]))
            if text.hasSuffix("<unfinished ...>") { begun[thread] = call } else { calls.append(call) }
        }
        return calls
    }

    /// `3</a/b>` of a descriptor, or the last quoted name.
    private static func path(in arguments: Substring) -> String {
        if let start = arguments.firstIndex(of: "<"), let end = arguments[start...].firstIndex(of: ">"),
            arguments[..<start].allSatisfy({ $0 == "(" || $0.isNumber })
        {
            return String(arguments[arguments.index(after: start)..<end])
        }
        let quoted = arguments.split(separator: "\"", omittingEmptySubsequences: false)
        return quoted.indices.filter { $0 % 2 == 1 }.last.map { String(quoted[$0]) } ?? ""
    }
}
