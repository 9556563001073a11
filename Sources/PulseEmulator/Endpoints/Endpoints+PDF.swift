extension Endpoints {
    /// `GET /results/{jobId}/pdf`: the document of a form job.
    func pdf(of job: String, _ request: IncomingRequest) throws(APIFailure) -> Reply {
        try allowFileMethod(request)
        let organization = try request.caller.authenticated()
        let snapshot = try jobs.snapshot(id: job, for: organization)
        guard snapshot.isCompleted, let pdf = snapshot.job.pdf else { throw .pdfNotFound }
        return .file(
            pdf, contentType: "application/pdf", request: request, features: features.value)
    }
}
