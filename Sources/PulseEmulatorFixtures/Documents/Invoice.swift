import Foundation
import PulseEmulator

extension Fixtures {
    /// A one-page invoice with line items, totals and bank details, its scan, and an HTML rendering.
    static let invoice: EmulatedJob = {
        let id = "invoice-2024-0117"
        let scan = EmulatedImage(
            filename: "invoice_page_1.jpg", contentType: "image/jpeg",
            content: ByteSource(FixtureImages.invoiceScan))
        let logo = EmulatedImage(filename: "logo.png", content: ByteSource(FixtureImages.logo))
        let layout = DocumentLayout(
            pages: [invoicePage],
            header: "Halden Freight AS",
            footer: "Registered in Norway, no. 987 654 321 MVA",
            images: [
                [
                    "id": "fig-1", "visual_type": "image", "page_number": 1, "content": "Company logo",
                    "bounding_box": DocumentLayout.polygon(top: 0.04, right: 0.24, bottom: 0.09),
                    "image_url": .hosted(logo.path(job: id)),
                ],
                [
                    "id": "page-1", "visual_type": "image", "page_number": 1, "content": "Scanned page",
                    "bounding_box": DocumentLayout.polygon(left: 0, top: 0, right: 1, bottom: 1),
                    "image_url": .hosted(scan.path(job: id)),
                ],
            ])
        let extraction = Extraction(
            layout: layout, id: "0b9a5c3e-58d1-4f57-9d0e-6a1c2f7e4b10",
            extensions: [("altOutputs", ["html": .string(layout.html(title: "Invoice 2024-0117"))])])
        return EmulatedJob(
            id: id,
            timetable: .finished(created: Date(timeIntervalSince1970: 1_705_910_452), took: .seconds(9)),
            result: .inline(extraction.node), images: [logo, scan])
    }()

    private static let invoicePage = """
        # INVOICE

        <figure>Halden Freight AS</figure>

        **Halden Freight AS**
        Kaiveien 14, 3044 Drammen, Norway
        VAT NO 987 654 321 MVA

        **Invoice no.** 2024-0117
        **Date** 17 January 2024
        **Your order** BW-88213 / Ms Okonkwo

        **Bill to**
        Brightwater Foods Ltd
        22 Quay Street
        Bristol BS1 4DZ
        United Kingdom

        ## Services, 2 to 14 January 2024

        | Description | Quantity | Unit price EUR | Amount EUR |
        |---|---:|---:|---:|
        | Container transport Oslo–Bristol, 40 ft | 3 | 2,340.00 | 7,020.00 |
        | Refrigeration, per container and day | 12 | 85.50 | 1,026.00 |
        | Customs clearance | 3 | 145.00 | 435.00 |
        | Storage, per pallet and week | 64 | 4.75 | 304.00 |
        | Fuel surcharge, 6.5 % of transport | 1 | 456.30 | 456.30 |

        | | EUR |
        |---|---:|
        | Net | 9,241.30 |
        | VAT 20 % | 1,848.26 |
        | **Total** | **11,089.56** |

        ## Payment

        Payable without deduction by **16 February 2024**. Please quote the invoice number.

        | Bank | DNB Bank ASA, Oslo |
        |---|---|
        | IBAN | NO93 8601 1117 947 |
        | BIC | DNBANOKK |
        | Account holder | Halden Freight AS |

        Goods remain our property until they are paid for. Claims about damage in transit are to be made \
        in writing within seven days of delivery (CMR, article 30).
        """
}
