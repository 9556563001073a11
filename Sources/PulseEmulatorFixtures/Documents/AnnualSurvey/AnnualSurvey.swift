import PulseEmulator

extension Fixtures {
    /// A household survey of 300 pages, more than 1 MB with its pages and tables, delivered once through a link, as documents of that length are.
    static let annualSurvey: EmulatedJob = {
        let id = "annual-survey-300-pages"
        let charts: [ChartEntry] = [
            .figure(
                1, page: 2, title: "Interviews completed", chartType: "LineChart",
                description: "From 38,912 in 2017 to 42,470 in 2024, with a dip to 31,260 in 2020.",
                filename: "interviews.png", content: FixtureImages.surveyInterviews),
            .figure(
                2, page: 2, title: "Response rate", chartType: "LineChart",
                description: "From 66.8 percent in 2017 to 62.7 percent in 2024.",
                filename: "response-rate.png", content: FixtureImages.surveyResponse),
        ]
        let pages = surveyFrontPages + (1...SurveyDistrict.count).flatMap { SurveyDistrict($0).pages }
        let firstPage = { (district: Int) in surveyFrontPages.count + 1 + (district - 1) * SurveyDistrict.pageCount }
        let titles = (1...SurveyDistrict.count).map { number -> JSONNode in
            [
                "id": .string("txt-\(number)"), "content": .string("\(number). \(SurveyDistrict(number).name)"),
                "page_number": .int(firstPage(number)),
                "bounding_box": DocumentLayout.polygon(top: 0.08, bottom: 0.1),
            ]
        }
        let chunks = pages.enumerated().map { place, text -> JSONNode in
            ["content": .string(text), "page_number": .int(place + 1)]
        }
        let tables = (1...SurveyDistrict.count).map { number in
            // Housing is the third page of a district.
            SurveyDistrict(number).housingTable(page: firstPage(number) + 2)
        }
        let result: JSONNode = [
            "markdown": .string(pages.joined(separator: "\n\n") + "\n"),
            "page_count": .int(pages.count),
            "bounding_boxes": [
                "Images": .array(charts.map { $0.node(job: id) }), "Tables": .array(tables), "Text": [],
                "Title": .array(titles),
            ],
            "extensions": ["chunking": ["page": .array(chunks)]],
            "extraction_id": "b07f3c44-51e8-4b0c-8a43-7d4a3f5a1b6e",
            "plan-info": Extraction.plan(pages: pages.count),
            "credits_used": .decimal(Double(pages.count), places: 1),
            "warnings": ["Page 117: the table continues on the next page."],
        ]
        return EmulatedJob(
            id: id, timetable: .running(processingAfter: .zero, endsAfter: .zero),
            result: .singleUse(result), images: charts.map(\.file))
    }()

    private static let surveyFrontPages: [String] = {
        let all = (1...SurveyDistrict.count).map(SurveyDistrict.init)
        let rows = all.map { district in
            "| \(district.number) | \(district.name) | \(Grouped(district.invited)) | \(Grouped(district.interviews)) "
                + "| \(Tenths(district.interviews, of: district.invited)) |"
        }
        let (invited, interviews) = all.reduce((0, 0)) { ($0.0 + $1.invited, $0.1 + $1.interviews) }
        let total =
            "| | **All districts** | **\(Grouped(invited))** | **\(Grouped(interviews))** | **\(Tenths(interviews, of: invited))** |"
        return surveyIntroduction + [
            """
            ## Invitations and interviews by district

            | No. | District | Invited | Interviews | Response, % |
            |--:|---|--:|--:|--:|
            \((rows + [total]).joined(separator: "\n"))
            """
        ]
    }()

    private static let surveyIntroduction: [String] = [
        """
        # Household Survey 2024

        ## Results by district

        *Office for Regional Statistics. Reference week: 9 to 15 September 2024.*

        Every year the survey asks households in all 59 districts how they live, how they travel, and what they think of \
        the services near them. This volume has five pages for every district: who answered, how people travel, how \
        they are housed, what they said, and how the field work went.
        """,
        """
        ## The survey at a glance

        <figure><img src="https://api.runpulse.com/results/annual-survey-300-pages/images/interviews.png">\
        <figcaption>Interviews completed, 2017 to 2024</figcaption></figure>

        In 2024 we completed **42,470 interviews** in 67,683 households that were invited, a response of 62.7 %.

        <figure><img src="https://api.runpulse.com/results/annual-survey-300-pages/images/response-rate.png">\
        <figcaption>Response rate, percent of households invited</figcaption></figure>
        """,
        """
        ## Method

        1. Households are drawn from the register of addresses, in two stages.
        2. They are invited by letter, and reminded twice.
        3. They answer online, by telephone, or to an interviewer at the door.

        Results are of those who answered, without weights. Shares may not add up to 100.0 as they are rounded.[^method]

        [^method]: Weighted results are in the data set, which researchers can apply for.
        """,
        """
        ## Terms

        - **Household**: those who live at an address and keep house together
        - **Interview**: a questionnaire of which the first three parts were answered
        - **Response**: interviews for each hundred invitations
          - *partial* answers do not count
          - addresses that turned out to be empty do
        """,
    ]
}

/// 1234567 as `1,234,567`.
struct Grouped: CustomStringConvertible {
    let number: Int

    init(_ number: Int) { self.number = number }

    var description: String {
        guard number >= 1000 else { return String(number) }
        let rest = String(number % 1000)
        return "\(Grouped(number / 1000)),\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest)"
    }
}

/// A share in percent with one decimal.
struct Tenths: CustomStringConvertible {
    let description: String

    init(_ part: Int, of whole: Int) {
        let tenths = (part * 2000 + whole) / (2 * whole)
        description = "\(tenths / 10).\(tenths % 10)"
    }
}
