import Foundation
import PulseEmulator

extension Fixtures {
    /// A supplier form that was filled in: its fields, and the PDF they were written to.
    static let form: EmulatedJob = {
        let id = "form-supplier-registration"
        let fields = formFields.enumerated().map { index, field in
            let top = 0.14 + 0.06 * Double(index)
            return JSONNode.object([
                ("page_number", 1),
                ("bounding_box", .array([0.42, top, 0.9, top + 0.035].map { .decimal($0, places: 4) })),
                ("text", .string(field.text)),
                ("type", .string(field.type)),
                ("row", .int(index)),
                ("col", 1),
                ("table_idx", 0),
            ])
        }
        let lines = formFields.map { "\($0.label): \($0.text)" }
        let result: JSONNode = [
            "form_id": "a41f7d52-0f3e-4c55-9d8f-6b1b64cb7be0",
            "page_count": 1,
            "pdf_url": .hosted("/results/\(id)/pdf"),
            "form_fields": .array(fields + [formCheckboxes]),
            "fields_filled": .int(fields.count + 1),
            "credits_used": .decimal(3, places: 1),
            "plan_info": Extraction.plan(pages: 1),
        ]
        return EmulatedJob(
            id: id,
            timetable: .finished(created: Date(timeIntervalSince1970: 1_731_405_120), took: .seconds(6)),
            result: .inline(result),
            pdf: ByteSource(MinimalPDF(title: "Supplier registration", lines: lines).bytes))
    }()

    private static let formFields: [(label: String, text: String, type: String)] = [
        ("Legal name", "Meridian Cold Storage B.V.", "text"),
        ("Registration number", "KvK 71234567", "text"),
        ("VAT number", "NL858612347B01", "text"),
        ("Address", "Waalhaven Zuidzijde 19, 3089 JH Rotterdam", "text"),
        ("Contact", "Anneke de Vries, +31 10 555 0143", "text"),
        ("IBAN", "NL02 ABNA 0123 4567 89", "text"),
        ("Payment terms", "30 days net", "text"),
        ("Date", "11 November 2024", "text"),
        ("Signature", "A. de Vries", "signature"),
    ]

    private static let formCheckboxes: JSONNode = [
        "page_number": 1,
        "bounding_box": .array([0.42, 0.7, 0.9, 0.735].map { .decimal($0, places: 4) }),
        "text": "Sole proprietor  Partnership  Limited company",
        "type": "checkbox",
        "checkbox_details": .array(
            [("Sole proprietor", false), ("Partnership", false), ("Limited company", true)]
                .enumerated().map { index, box in
                    [
                        "center_coord": .array([
                            .decimal(0.43 + 0.16 * Double(index), places: 4), .decimal(0.7175, places: 4),
                        ]),
                        "selected": .bool(box.1),
                        "text": .string(box.0),
                    ]
                }),
    ]
}
