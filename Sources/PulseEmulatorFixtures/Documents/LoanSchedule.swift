import PulseEmulator

extension Fixtures {
    /// A loan schedule of 84 pages, delivered once through a link.
    static let loanSchedule = makeLoanSchedule(id: "loan-schedule-2024", link: .own)

    /// As ``loanSchedule``, for those who want to download one without losing the other.
    static let loanScheduleCopy = makeLoanSchedule(
        id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301", link: .own)

    private static func makeLoanSchedule(id: String, link: EmulatedResult.Link) -> EmulatedJob {
        let layout = DocumentLayout(
            pages: [loanCover] + (1...83).map(loanPage),
            header: "Harbour Funding 2024-1 – Schedule of receivables",
            footer: "Cut-off date 30 September 2024")
        let extraction = Extraction(layout: layout, id: "d9428888-122b-11e1-b85c-61cd3cbb3210")
        return EmulatedJob(
            id: id, timetable: .running(processingAfter: .zero, endsAfter: .zero),
            result: .singleUse(extraction.node, link: link))
    }

    private static let loanCover = """
        # Harbour Funding 2024-1

        ## Schedule of receivables

        The 1,660 loans of this schedule were secured by goods in bonded warehouses on the cut-off date. Balances \
        are in euros; rates are fixed for the term.
        """

    /// Twenty loans. Balance, rate and term follow from the loan's number.
    private static func loanPage(_ page: Int) -> String {
        let ports = ["Rotterdam", "Antwerpen", "Hamburg", "Gdynia", "Le Havre", "Valencia", "Göteborg"]
        let rows = (1...20).map { line in
            let number = (page - 1) * 20 + line
            let balance = 18_000 + (number * 7919) % 412_000
            let rate = 375 + (number * 31) % 290
            let months = 12 + (number * 13) % 49
            let port = ports[number % ports.count]
            return "| HF-\(10_000 + number) | \(port) | \(grouped(balance)) | "
                + "\(rate / 100).\(rate % 100 < 10 ? "0" : "")\(rate % 100) % | \(months) |"
        }
        return """
            ## Loans \((page - 1) * 20 + 1) to \(page * 20)

            | Loan | Port | Balance | Rate | Months |
            |---|---|---:|---:|---:|
            \(rows.joined(separator: "\n"))
            """
    }

    /// 1234567 as `1,234,567`.
    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return String(digits)
    }
}
