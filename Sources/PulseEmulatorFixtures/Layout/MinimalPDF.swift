/// A PDF of one page with a title and lines of text (PDF 1.4, Helvetica, ISO 32000-1).
struct MinimalPDF {
    let title: String
    /// ASCII only; other characters are shown as `?`.
    let lines: [String]

    var bytes: [UInt8] {
        let stream = content
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
                + "/Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
            "<< /Length \(stream.utf8.count) >>\nstream\n\(stream)\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        var text = "%PDF-1.4\n"
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(text.utf8.count)
            text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let table = text.utf8.count
        text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for offset in offsets {
            let digits = String(offset)
            text += String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
        }
        text += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n"
        return Array(text.utf8)
    }

    private var content: String {
        var commands = ["BT", "/F1 18 Tf", "60 770 Td", "(\(Self.escape(title))) Tj", "/F1 11 Tf"]
        for line in lines {
            commands += ["0 -26 Td", "(\(Self.escape(line))) Tj"]
        }
        return (commands + ["ET"]).joined(separator: "\n")
    }

    private static func escape(_ text: String) -> String {
        String(text.map { $0.isASCII ? $0 : "?" })
            .replacing("\\", with: "\\\\").replacing("(", with: "\\(").replacing(")", with: "\\)")
    }
}
