extension RemoteFile {
    /// `GET /results/{jobId}/pdf`: the filled form of a form job; 404 for any other.
    package static func formPDF(_ job: JobID) -> RemoteFile {
        RemoteFile(target: .api(path: "/results/\(job.text)/pdf", for: RequestSubject(.pdf, job: job)))
    }
}
