extension Endpoints {
    /// `GET /pages`: how many pages were processed for the caller, with which its programs check a key.
    func pages(_ request: IncomingRequest) throws(APIFailure) -> Reply {
        guard request.method == "GET" else { throw .methodNotAllowed }
        let organization = try request.caller.authenticated()
        return .json(["total_pages_processed": .int(jobs.pageCount(of: organization))])
    }
}
