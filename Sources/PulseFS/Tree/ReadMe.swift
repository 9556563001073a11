import JobCache
import Parts

/// The text of `README.txt` at the root of a mount.
enum ReadMe {
    static let bytes = Array(text.utf8)

    private static let text = """
        PulseFS: the results of Pulse, a document-extraction API, as plain files. Read-only.

        jobs/<jobId>/           one directory per job; opening it asks the API about the job
        \(lines(ArtifactKind.all.filter { !$0.isHidden }))
          contents.md           read this first: headings, pages, tables and images, with their files and sizes
          \(PartKind.allNames.filter { $0 != PartKind.contents }.joined(separator: " "))
                                parts of the result, made from result.json by PulseFS, not by the API: a file for
                                each page, tables as CSV, values by schema with their places
        \(lines(ArtifactKind.all.filter(\.isHidden)))
        jobs/index.html         not listed; a page of the known jobs, for a browser
        .pulsefs/               about this mount, from memory and without a request:
          version               of the program
          metrics               counters, as OpenMetrics text
          log                   the latest events, one JSON object per line, such as failed requests
          jobs                  the known jobs with their states, one per line
          mount                 its process, API, cache and health, as a JSON object

        The API has no list of jobs: "ls jobs" shows those that were looked up before. Open any other job by its id.

          ls jobs
          cat jobs/<jobId>/status.json
          cat jobs/<jobId>/contents.md
          cat jobs/<jobId>/result.md
          jq .page_count jobs/<jobId>/result.json
          cp -r jobs/<jobId>/images .
          getfattr -d jobs/<jobId>/images/*         (in a mount with --xattrs: titles, types, sources)
          cat jobs/<jobId>/.wait jobs/<jobId>/result.md

        No such file: the job has no such artifact, is not completed yet, or has expired (see status.json, error.txt).
        Permission denied: the job belongs to another organisation, or the API refuses the key.
        Any other error: the API could not be reached. Nothing is lost. Try again.
        The cause of an error, and what to do: pulsefs explain PATH

        """

    /// A line each.
    private static func lines(_ kinds: [ArtifactKind]) -> String {
        kinds.map { kind in
            let name = kind.mediaType == nil ? "\(kind.name)/<file>" : kind.name
            return "  \(name)\(String(repeating: " ", count: max(1, 22 - name.count)))\(kind.readMe)"
        }.joined(separator: "\n")
    }
}
