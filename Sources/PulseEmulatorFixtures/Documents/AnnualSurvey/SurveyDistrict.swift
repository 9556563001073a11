import PulseEmulator

/// One district of the household survey. All its numbers follow from its own; parts add up to their wholes.
struct SurveyDistrict {
    static let count = 59
    static let pageCount = 5

    /// From 1.
    let number: Int

    init(_ number: Int) { self.number = number }

    var name: String {
        let first = ["North", "Upper", "Old", "Saint", "West", "Lower", "High", "New", "Great", "East", "Long"]
        let second = [
            "haven", "Marsh", "Bridge", "field", "Orchard", "Quay", "Heath", "Mills", "Ferry", "Barrow", "ton",
        ]
        let place = second[number * 7 % second.count]
        let lead = first[(number + number / 11) % first.count]
        return place.first?.isLowercase == true ? lead + place : "\(lead) \(place)"
    }

    var interviews: Int { 412 + (number * 7919) % 613 }

    var invited: Int { interviews * 100 / (54 + (number * 37) % 19) }

    var pages: [String] { [people, travel, housing, voices, fieldWork] }

    // MARK: Numbers

    /// A whole cut into parts by weights that differ from district to district; the last part is what is left.
    private func parts(_ whole: Int, _ weights: [Int], _ seed: Int) -> [Int] {
        let own = weights.enumerated().map { place, weight in
            weight * 10 + (number * (place + 3) * seed) % (weight * 4 + 1)
        }
        let sum = own.reduce(0, +)
        let parts = own.dropLast().map { whole * $0 / sum }
        return parts + [whole - parts.reduce(0, +)]
    }

    /// Rows of a whole, each cut in columns, with shares and a total.
    private func table(_ heads: [String], _ rows: [String], _ weights: [Int], _ columns: [Int], _ seed: Int) -> String {
        let wholes = parts(interviews, weights, seed)
        var sums = [Int](repeating: 0, count: columns.count)
        var lines = [
            "| \((heads + ["All", "%"]).joined(separator: " | ")) |",
            "|---|\(String(repeating: "--:|", count: heads.count + 1))",
        ]
        for (row, whole) in zip(rows, wholes) {
            let cells = parts(whole, columns, seed + row.utf8.count)
            for place in sums.indices { sums[place] += cells[place] }
            let numbers = (cells + [whole]).map { Grouped($0).description }
            lines.append("| \(row) | \(numbers.joined(separator: " | ")) | \(Tenths(whole, of: interviews)) |")
        }
        let numbers = (sums + [interviews]).map { "**\(Grouped($0))**" }
        lines.append("| **Total** | \(numbers.joined(separator: " | ")) | **100.0** |")
        return lines.joined(separator: "\n")
    }

    // MARK: Pages

    private var people: String {
        """
        ## \(number). \(name)

        ### Who answered

        Of \(Grouped(invited)) households invited in \(name), **\(Grouped(interviews))** answered: \
        \(Tenths(interviews, of: invited)) %.

        \(table(
            ["Age", "Women", "Men", "Other or no answer"],
            ["16 to 19", "20 to 24", "25 to 29", "30 to 34", "35 to 39", "40 to 44", "45 to 49", "50 to 54", "55 to 59",
             "60 to 64", "65 to 69", "70 to 74", "75 to 79", "80 and over"],
            [4, 6, 7, 8, 8, 8, 9, 9, 9, 8, 8, 7, 5, 4], [51, 47, 2], 13))

        #### Employment

        \(table(
            ["Status", "Full time", "Part time", "Not applicable"],
            ["Employed", "Self-employed", "In training or study", "Looking for work", "Caring for others",
             "Unable to work", "Retired", "Other"],
            [47, 8, 7, 4, 5, 4, 23, 2], [55, 25, 20], 17))

        #### Schooling

        \(table(
            ["Last school or course", "Here", "Elsewhere in the country", "Abroad"],
            ["None", "Primary school", "Secondary school", "Apprenticeship", "College", "University", "Doctorate",
             "No answer"],
            [1, 6, 24, 21, 16, 24, 3, 5], [44, 39, 17], 59))
        """
    }

    private var travel: String {
        """
        ### How people in \(name) travel

        Asked was for the way that takes the most time on a usual weekday.

        \(table(
            ["Means", "Under 15 min", "15 to 30 min", "30 to 60 min", "Over an hour"],
            ["On foot", "Bicycle", "Electric bicycle", "Bus", "Tram", "Train", "Ferry", "Car, alone", "Car, shared",
             "Motorcycle", "Taxi", "Does not travel"],
            [11, 8, 4, 13, 6, 9, 1, 31, 8, 2, 1, 6], [30, 36, 25, 9], 23))

        #### Satisfaction with the services near home

        \(table(
            ["Service", "Satisfied", "Neither", "Dissatisfied"],
            ["Buses in the daytime", "Buses in the evening", "Footways", "Cycle tracks", "Street lights", "Parks",
             "Libraries", "Surgeries", "Schools", "Waste collection"],
            [12, 9, 10, 9, 10, 11, 9, 10, 9, 11], [52, 22, 26], 29))

        1. What would make you take the bus more often?
           - more frequent buses (\(Tenths(interviews * 4 / 10 + number % 7, of: interviews)) %)
           - lower fares (\(Tenths(interviews * 3 / 10 + number % 11, of: interviews)) %)
           - nothing (\(Tenths(interviews / 5 + number % 5, of: interviews)) %)
        2. What would make you cycle more often?
           - tracks apart from the road (\(Tenths(interviews * 35 / 100 + number % 9, of: interviews)) %)
           - safe places to leave a bicycle (\(Tenths(interviews / 4 + number % 13, of: interviews)) %)
        """
    }

    /// Households by kind of home: owned outright, with a mortgage, rented from the district, privately, and all.
    private var homes: [(kind: String, counts: [Int])] {
        let kinds = [
            "Detached house", "Semi-detached house", "Terraced house", "Flat, up to 4 floors", "Flat, 5 floors up",
            "Other",
        ]
        return zip(kinds, parts(interviews, [19, 24, 22, 21, 11, 3], 31)).map { kind, whole in
            (kind, parts(whole, [38, 31, 18, 13], 37 + kind.utf8.count) + [whole])
        }
    }

    /// The table of homes as the API has it in `Tables`, on that page of the document.
    func housingTable(page: Int) -> JSONNode {
        let heads = [
            "Kind of home", "Owned outright", "With a mortgage", "From the district", "Rented privately", "All",
        ]
        let rows = [heads] + homes.map { [$0.kind] + $0.counts.map { Grouped($0).description } }
        let cells = rows.enumerated().flatMap { row, texts in
            texts.enumerated().map { column, text -> JSONNode in
                ["position": ["row": .int(row), "column": .int(column)], "text": .string(text)]
            }
        }
        return [
            "table_info": [
                "id": .string("tbl-\(number)"), "title": .string("Housing in \(name)"), "page_number": .int(page),
                "bounding_box": DocumentLayout.polygon(top: 0.12, bottom: 0.4),
            ],
            "cell_data": .array(cells),
        ]
    }

    private var housing: String {
        let heatings = ["Gas", "Heat pump", "District heating", "Oil", "Electric", "Wood"]
        let homes = homes
        let rows = homes.map { kind, counts in
            "<tr><td>\(kind)</td>\(counts.map { "<td>\(Grouped($0))</td>" }.joined())</tr>"
        }
        let sums = (0..<4).map { place in homes.reduce(0) { $0 + $1.counts[place] } }
        let detached = homes.first?.counts.last ?? 0
        return """
            ### Housing in \(name)

            <table>
            <thead>
            <tr><th rowspan="2">Kind of home</th><th colspan="2">Owned</th><th colspan="2">Rented</th><th rowspan="2">All</th></tr>
            <tr><th>outright</th><th>with a mortgage</th><th>from the district</th><th>privately</th></tr>
            </thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            <tr><th>Total</th>\(sums.map { "<th>\(Grouped($0))</th>" }.joined())<th>\(Grouped(interviews))</th></tr>
            </tbody>
            </table>

            #### Heating

            \(table(["Main heating", "Since before 2000", "2000 to 2015", "Later"], heatings, [48, 12, 14, 11, 10, 5], [34, 38, 28], 41))

            > **Reading example:** \(Grouped(detached)) of the \(Grouped(interviews)) households that answered live in \
            a detached house, \(Tenths(detached, of: interviews)) %.
            """
    }

    private var voices: String {
        let subjects = [
            "the bus to the hospital", "parking on Sundays", "the new footbridge", "dogs in the park", "the rents",
            "noise at night", "the library's hours", "potholes",
        ]
        let verbs = [
            "comes up most often", "is what older people speak of", "divides opinions", "is praised",
            "was not mentioned in 2023",
        ]
        let remarks = [
            "“It was better before they changed the timetable.”", "“We like it here and want to stay.”",
            "“Someone should ask the children, too.”", "“I filled this in last year and nothing happened.”",
            "“Thank you for asking.”", "“The letter came after the date in it.”",
        ]
        let paragraphs = (0..<12).map { line -> String in
            let subject = subjects[(number * 3 + line * 5) % subjects.count]
            let verb = verbs[(number + line * 2) % verbs.count]
            let share = Tenths(interviews / (4 + line) + number % 17, of: interviews)
            return """
                **\(subject.prefix(1).uppercased())\(subject.dropFirst())** \(verb) in \(name): \(share) % of those who wrote a remark named it. Most of \
                them live within a kilometre of the place in question, and two in three have lived in the district for more than ten \
                years. The office has passed the remarks on to the district without the names of those who made them, as it does \
                every year.

                - \(remarks[(number + line) % remarks.count])
                - \(remarks[(number * 5 + line + 1) % remarks.count])
                """
        }
        return "### What people in \(name) said\n\n" + paragraphs.joined(separator: "\n\n")
    }

    private var fieldWork: String {
        let letters = parts(interviews, [46, 31, 23], 47)
        let days = (9...20).map { day -> String in
            let (calls, reached) = (40 + (number * day) % 53, 14 + (number * day) % 23)
            return
                "| \(day) September | \(calls) | \(reached) | \(Tenths(reached, of: calls)) | \(["online", "telephone", "at the door"][(number + day) % 3]) |"
        }
        let weights = (0..<28).map { 20 + ($0 * 7 + number) % 13 }
        let areas = zip(parts(invited, weights, 3), parts(interviews, weights, 3)).enumerated().map { place, area in
            let (invited, interviews) = area
            return "| \(number)-\(place + 101) | \(invited) | \(interviews) | \(Tenths(interviews, of: invited)) "
                + "| \(1 + (number + place) % 12) October |"
        }
        return """
            ### Field work in \(name)

            \(Grouped(letters[0])) households answered after the first letter, \(Grouped(letters[1])) after the second, \(Grouped(letters[2])) after \
            the third.[^fw\(number)]

            | Day | Calls | Reached | % | Most answers |
            |---|--:|--:|--:|---|
            \(days.joined(separator: "\n"))

            - [x] letters sent
            - [x] interviewers trained
            - [\(number % 4 == 0 ? " " : "x")] second round of visits
            - [\(number % 9 == 0 ? " " : "x")] records checked against the register

            #### Sampling areas

            | Area | Invited | Interviews | Response, % | Last visit |
            |---|--:|--:|--:|---|
            \(areas.joined(separator: "\n"))
            | **\(name)** | **\(Grouped(invited))** | **\(Grouped(interviews))** | **\(Tenths(interviews, of: invited))** | |

            ```
            district  \(number)
            invited   \(invited)
            answered  \(interviews)
            checksum  \(String((number * 2_654_435_761) % 4_294_967_296, radix: 16))
            ```

            [^fw\(number)]: Letters were sent on 2, 16 and 30 September 2024.
            """
    }
}
