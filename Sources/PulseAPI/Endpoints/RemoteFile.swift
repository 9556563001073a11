package import Transfer

/// A file that is asked for by itself: what is asked, and whom. Each kind of file has a function that makes one.
package struct RemoteFile: Sendable {
    let target: PulseClient.Target

    package var subject: RequestSubject { target.subject }

    /// The address, as far as that is no secret. `origin` is the API's.
    package func publicAddress(at origin: String) -> String? {
        switch target {
        case .api(let path, _): origin + path
        case .named(let url, _): APIOrigin.publicAddress(of: url)
        }
    }
}

extension PulseClient {
    /// The bytes of a file, or of a part of it; may be asked for any number of times.
    package func get(
        _ file: RemoteFile, _ part: FilePart? = nil, into sink: any BodySink, urgency: Urgency = .foreground
    ) async throws(APIError) -> ResponseHead {
        try await get(file.target, part, into: sink, refusesPages: true, urgency: urgency)
    }

    /// What the server says of a file without sending it. Not documented by the API: a server may refuse the method, or answer
    /// less truly than to GET. A URL that is signed is often good for GET alone.
    package func head(
        _ file: RemoteFile, urgency: Urgency = .foreground
    ) async throws(APIError) -> FileAnnouncement {
        try await head(file.target, urgency: urgency)
    }
}
