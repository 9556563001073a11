import ArtifactStore
package import PulseAPI

/// Where an artifact's bytes come from, in the form the index keeps.
package enum ArtifactSource: Equatable {
    case image(ImageLocation)
    case formPDF

    var text: String {
        switch self {
        case .image(.endpoint(let segment)): "image:\(segment.encoded)"
        case .image(.url(let url)): "url:\(url)"
        case .formPDF: "form"
        }
    }

    /// Nil for a text that this program never wrote.
    package init?(text: String) {
        if text == "form" {
            self = .formPDF
        } else if text.hasPrefix("image:") {
            self = .image(.endpoint(PathSegment(asWritten: text.dropFirst(6))))
        } else if text.hasPrefix("url:") {
            self = .image(.url(String(text.dropFirst(4))))
        } else {
            return nil
        }
    }

    /// The one file of a job that comes from here; nil for images, of which a job has many.
    var slot: ArtifactSlot? {
        switch self {
        case .image: nil
        case .formPDF: .form
        }
    }

    /// What is asked for. `name` is what an image is called in the job's directory.
    package func file(_ name: String, of job: JobID) -> RemoteFile {
        switch self {
        case .image(.endpoint(let segment)): .image(job, segment)
        case .image(.url(let url)): .image(at: url, for: RequestSubject(.image, job: job, name: name))
        case .formPDF: .formPDF(job)
        }
    }
}
