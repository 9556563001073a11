/// A job the emulator knows: who owns it, when it has which status, and what it produced.
public struct EmulatedJob: Sendable {
    public var id: String
    public var organization: EmulatedOrganization
    public var timetable: JobTimetable
    /// Shown while the status is `completed`.
    public var result: EmulatedResult?
    /// Shown while the status is `failed`.
    public var error: String?
    /// Served while the status is `completed`.
    public var images: [EmulatedImage]
    /// The document of a form job, served at `/results/{jobId}/pdf`.
    public var pdf: ByteSource?
    /// Members of the job object beyond those documented, written after them.
    public var extraFields: [(String, JSONNode)]
    /// How `created_at` and `updated_at` are written.
    public var timestamps: TimestampStyle

    public init(
        id: String,
        organization: EmulatedOrganization = .northwind,
        timetable: JobTimetable = .always(.completed),
        result: EmulatedResult? = nil,
        error: String? = nil,
        images: [EmulatedImage] = [],
        pdf: ByteSource? = nil,
        extraFields: [(String, JSONNode)] = [],
        timestamps: TimestampStyle = .utc
    ) {
        self.id = id
        self.organization = organization
        self.timetable = timetable
        self.result = result
        self.error = error
        self.images = images
        self.pdf = pdf
        self.extraFields = extraFields
        self.timestamps = timestamps
    }

    /// The image of this decoded file name.
    public func image(named filename: String) -> EmulatedImage? {
        images.first { $0.filename.utf8.elementsEqual(filename.utf8) }
    }
}
