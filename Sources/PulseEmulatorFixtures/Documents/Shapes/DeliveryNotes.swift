import Foundation
import PulseEmulator

extension Fixtures {
    /// Two delivery notes whose bounding boxes are one list of elements of every type, as they stand on the pages.
    static let deliveryNotes: EmulatedJob = {
        let id = "delivery-notes-flat"
        let stamp = EmulatedImage(filename: "stamp_p2.png", content: ByteSource(FixtureImages.logo))
        let layout = DocumentLayout(pages: deliveryPages)
        let extraction = Extraction(layout: layout, id: "f81d4fae-7dec-41d0-a765-00a0c91e6bf6")
        let result = extraction.node.setting("bounding_boxes", to: .array(deliveryElements(stamp, job: id)))
        return EmulatedJob(
            id: id,
            timetable: .finished(created: Date(timeIntervalSince1970: 1_741_871_640), took: .seconds(5)),
            result: .inline(result), images: [stamp])
    }()

    private static func deliveryElements(_ stamp: EmulatedImage, job: String) -> [JSONNode] {
        [
            element(
                "txt-1", "Title", page: 1, content: "0a-Delivery note 5519", original: "Delivery note 5519"),
            element("txt-2", "Text", page: 1, content: "Delivered on 12 March 2025 to dock 4."),
            [
                "id": "tbl-1", "type": "Table", "page_number": 1, "title": "Goods, dock 4",
                "bounding_box": DocumentLayout.polygon(top: 0.3, bottom: 0.5),
                "cell_data": .array(
                    [["Article", "Pallets"], ["Haddock, frozen", "14"], ["Peas", "6"]].enumerated().flatMap {
                        row, texts in
                        texts.enumerated().map { column, text in
                            ["row": .int(row + 1), "column": .int(column + 1), "text": .string(text)]
                        }
                    }),
            ],
            element("txt-3", "Title", page: 2, content: "0a-Delivery note 5520", original: "Delivery note 5520"),
            [
                "id": "img-1", "type": "Image", "visual_type": "image", "page_number": 2, "content": "Stamp",
                "bounding_box": .null, "image_url": .hosted(stamp.path(job: job)),
            ],
            element("sel-1", "SelectionMark", page: 2, content: "selected"),
            ["id": .null, "type": "Text", "page_number": .null, "bounding_box": .null, "content": .null],
        ]
    }

    private static func element(
        _ id: String, _ type: String, page: Int, content: String, original: String? = nil
    ) -> JSONNode {
        let element: JSONNode = [
            "id": .string(id), "type": .string(type), "page_number": .int(page), "content": .string(content),
            "bounding_box": DocumentLayout.polygon(top: 0.1, bottom: 0.14), "confidence": "N/A",
        ]
        return original.map { element.setting("original_content", to: .string($0)) } ?? element
    }

    private static let deliveryPages = [
        """
        # Delivery note 5519

        Delivered on 12 March 2025 to dock 4.

        | Article | Pallets |
        |---|---:|
        | Haddock, frozen | 14 |
        | Peas | 6 |
        """,
        """
        # Delivery note 5520

        <figure>Stamp</figure>
        """,
    ]
}
