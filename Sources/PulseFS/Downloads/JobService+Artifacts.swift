import PulseAPI
import Transfer

/// The requests for the bytes of a file and for what a server says of them, by where they come from.
extension JobService {
    /// The bytes of a file, or of a part of it. `name` is what an image is called in the job's directory.
    func get(
        _ name: String, _ source: ArtifactSource, of job: Job, _ part: FilePart?, into sink: any BodySink,
        _ urgency: Urgency
    ) async throws(APIError) -> ResponseHead {
        switch source {
        case .image(.endpoint(let segment)):
            try await getImage(job.id, segment, part, into: sink, urgency: urgency)
        case .image(.url(let url)):
            try await getImage(at: url, for: .image(named: name, of: job), part, into: sink, urgency: urgency)
        case .formPDF: try await getFormPDF(job.id, part, into: sink, urgency: urgency)
        }
    }

    /// What the server says of a file without sending it.
    func head(
        _ name: String, _ source: ArtifactSource, of job: Job, _ urgency: Urgency
    ) async throws(APIError) -> FileAnnouncement {
        switch source {
        case .image(.endpoint(let segment)): try await headImage(job.id, segment, urgency: urgency)
        case .image(.url(let url)): try await headImage(at: url, for: .image(named: name, of: job), urgency: urgency)
        case .formPDF: try await headFormPDF(job.id, urgency: urgency)
        }
    }
}
