import Foundation
import PulseEmulator

extension Fixtures {
    /// Jobs of the other organisation.
    static let contosoJobs: [EmulatedJob] = [
        contoso("payroll-summary-2024-06", extraction: "2c5ea4c0-4067-41e9-8bad-9b1deb4d3b7d"),
        contoso(
            "7c9e6679-7425-40de-944b-e07fc1f90ae7", extraction: "e902893a-9d22-4c7e-a7b8-d6e313b71d9f"),
    ]

    private static func contoso(_ id: String, extraction: String) -> EmulatedJob {
        let logo = EmulatedImage(filename: "fig-1.png", content: ByteSource(FixtureImages.logo))
        let layout = DocumentLayout(
            pages: [
                """
                # Payroll summary, June 2024

                <figure>Letterhead</figure>

                | Department | Staff | Gross USD |
                |---|---:|---:|
                | Production | 214 | 1,083,440 |
                | Sales | 58 | 402,916 |
                | Administration | 37 | 241,205 |
                | **Total** | **309** | **1,727,561** |
                """
            ],
            footer: "Contoso Ltd – confidential",
            images: [
                [
                    "id": "fig-1", "visual_type": "image", "page_number": 1,
                    "image_url": .hosted(logo.path(job: id)),
                ]
            ])
        return EmulatedJob(
            id: id, organization: .contoso,
            timetable: .finished(created: Date(timeIntervalSince1970: 1_720_000_800), took: .seconds(5)),
            result: .inline(Extraction(layout: layout, id: extraction).node), images: [logo])
    }
}
