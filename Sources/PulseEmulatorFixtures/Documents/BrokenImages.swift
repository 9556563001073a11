import Foundation
import PulseEmulator

extension Fixtures {
    /// A survey of damage with photographs, of which two are good and the others broken in every way that is known.
    static let brokenImages: EmulatedJob = {
        let id = "broken-images"
        let (good, other) = (FixtureImages.noticeHours, FixtureImages.logo)
        let files = [
            EmulatedImage(filename: "photo-01.png", content: ByteSource(good)),
            EmulatedImage(filename: "photo-02.png", content: ByteSource(other)),
            EmulatedImage(filename: "photo-04-text.png", content: ByteSource(text: "The camera was not connected.\n")),
            EmulatedImage(filename: "photo-05-truncated.png", content: ByteSource(Array(good.prefix(good.count / 2)))),
            EmulatedImage(filename: "photo-06-empty.png", content: .empty),
        ]
        let unrendered: JSONNode = [
            "id": "photo-07", "visual_type": "image", "page_number": 2, "chart_title": "Roof, north side",
            "render_error": "The photograph's color space is not supported.",
        ]
        let images =
            [
                photograph("photo-01", "Hours of work", .hosted(files[0].path(job: id))),
                photograph("photo-02", "Company sign", .hosted(files[1].path(job: id))),
                photograph("photo-03", "Cellar", .hosted("/results/\(id)/images/photo-03-lost.png")),
                photograph("photo-04", "Stairs", .hosted(files[2].path(job: id))),
                photograph("photo-05", "Kitchen", .hosted(files[3].path(job: id))),
                photograph("photo-06", "Hall", .hosted(files[4].path(job: id))),
                unrendered,
            ] + [
                photograph(
                    "photo-08", "Chart of another job",
                    .hosted("/results/annual-report-fy2024/images/fig-3-margins.png")),
                photograph("photo-09", "Elsewhere", "http://images.invalid/photo-09.png"),
                photograph("photo-10", "In the answer", "data:image/png;base64,@@@not-base64@@@"),
            ]
        let result: JSONNode = [
            "markdown": .string(brokenImagesText), "page_count": 3,
            "bounding_boxes": ["Images": .array(images)],
            "extraction_id": "f2b5f0d8-3d5a-4f1e-a0c2-6b7f6f0f5c10", "credits_used": 3,
            "warnings": ["Page 2: the photograph of the roof could not be rendered."],
        ]
        return EmulatedJob(
            id: id, timetable: .finished(created: Date(timeIntervalSince1970: 1_747_209_600), took: .seconds(8)),
            result: .inline(result), images: files)
    }()

    private static func photograph(_ id: String, _ title: String, _ url: JSONNode) -> JSONNode {
        [
            "id": .string(id), "visual_type": "image", "page_number": 2, "chart_title": .string(title),
            "image_url": url,
        ]
    }

    private static let brokenImagesText = """
        # Damage survey, 12 Wharf Road

        The cellar was flooded on 3 March 2025. The numbers are those of the photographs.

        ## In order

        ![Photograph 1](https://api.runpulse.com/results/broken-images/images/photo-01.png)

        <figure><img src="https://api.runpulse.com/results/broken-images/images/photo-02.png"><figcaption>Photograph 2</figcaption></figure>

        ## Listed, and not to be had as images

        ![Photograph 3, lost](https://api.runpulse.com/results/broken-images/images/photo-03-lost.png)

        ![Photograph 4, a text](https://api.runpulse.com/results/broken-images/images/photo-04-text.png)

        ![Photograph 5, cut](https://api.runpulse.com/results/broken-images/images/photo-05-truncated.png)

        ![Photograph 6, empty](https://api.runpulse.com/results/broken-images/images/photo-06-empty.png)

        ## Without an image

        ![Photograph 7, not rendered](https://api.runpulse.com/results/broken-images/images/photo-07.png)

        ![Photograph 11, not listed](https://api.runpulse.com/results/broken-images/images/photo-11.png)

        ![Photograph 12, of another job](https://api.runpulse.com/results/form-10k-fy2024/images/fig-10-margins.png)

        ![Photograph 13, remote](http://images.invalid/photo-13.png)

        ![Photograph 14, inline](data:image/png;base64,@@@not-base64@@@)

        ![Photograph 15, no address]()

        <figure><img src="https://api.runpulse.com/results/broken-images/images/photo-16.png"><figcaption>Photograph 16, not listed</figcaption></figure>

        | Room | Photograph |
        |---|---|
        | Attic | ![Photograph 17](images/photo-17.png) |
        | Garden | <img src="https://api.runpulse.com/results/broken-images/images/photo-18.png" alt="Photograph 18"> |

        """
}
