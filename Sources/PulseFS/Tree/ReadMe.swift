/// The text of `README.txt` at the root of a mount.
enum ReadMe {
    static let bytes = Array(text.utf8)

    private static let text = """
        PulseFS: the results of Pulse, a document-extraction API, as plain files. Read-only.

        jobs/<jobId>/           one directory a job; opening it asks the API about the job
          status.json           every field of the job except its result
          error.txt             only when there is something to explain: why there is no result, or not all of it
          result.md             the document as Markdown, once the job is completed
          result.json           the result as the API sent it, byte for byte
          result.html           the result as HTML, if the API made one
          form.pdf              the filled form of a form job
          index.html            one page to look at in a browser, with the images in place
          images/<file>         charts and figures; fetched when they are read, then kept
          contents.md           read this first: headings, pages, tables and images, with their files and sizes
          pages/ tables/ schema/ chunks/ structured.json citations.jsonl splits.json images.jsonl form_fields.csv
                                parts of the result that it has, made from result.json by PulseFS, not by the API:
                                a file for each page, tables as CSV, values by schema with where they stand
          .wait                 not listed; reading it waits until the job has ended, and says how
        jobs/index.html         not listed; a page of the known jobs, to look at in a browser
        .pulsefs/               about this mount, from memory and without a request:
          version               of the program
          metrics               counters, as OpenMetrics text
          log                   the latest events, one JSON object a line: failed requests above all
          jobs                  the known jobs with their states, one a line
          mount                 its process, API, cache, and how it is, as a JSON object

        The API has no list of jobs: "ls jobs" shows those that were looked up before. Any other job is there as soon as it
        is named, so go to it by its id.

          ls jobs
          cat jobs/<jobId>/status.json
          cat jobs/<jobId>/contents.md
          cat jobs/<jobId>/result.md
          jq .page_count jobs/<jobId>/result.json
          cp -r jobs/<jobId>/images .
          getfattr -d jobs/<jobId>/images/*         (of a mount with --xattrs: titles, types, where they come from)
          cat jobs/<jobId>/.wait jobs/<jobId>/result.md

        No such file: the job has no such artifact, is not completed yet, or has expired (see status.json, error.txt).
        Permission denied: the job belongs to another organisation, or the API refuses the key.
        Any other error: the API could not be asked; nothing is lost, try again.
        What was behind an error, and what to do: pulsefs explain PATH

        """
}
