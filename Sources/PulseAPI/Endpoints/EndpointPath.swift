/// Paths of the API, below its origin.
package enum EndpointPath {
    package static func job(_ job: JobID) -> String { "/job/\(job.text)" }

    package static func image(_ job: JobID, _ file: PathSegment) -> String {
        "/results/\(job.text)/images/\(file.encoded)"
    }

    package static func formPDF(_ job: JobID) -> String { "/results/\(job.text)/pdf" }
}
