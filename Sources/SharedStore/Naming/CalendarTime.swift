import Quantities

/// A moment in seconds since 1970 UTC as a date of the Gregorian calendar (ISO 8601), for signatures and answers.
struct CalendarTime: Hashable, Sendable {
    /// `20150830T123600Z`.
    let stamp: String

    /// `20150830`.
    var day: String { String(stamp.prefix(8)) }

    /// What does not fit into the years 1970 to 9999 is the nearest that does.
    init(seconds: Int64) {
        let seconds = Int(clamping: max(0, min(seconds, 253_402_300_799)))
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Self.date(ofDay: days)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        stamp =
            digits(year, 4) + digits(month, 2) + digits(day, 2) + "T" + digits(rest / 3600, 2)
            + digits(rest / 60 % 60, 2) + digits(rest % 60, 2) + "Z"
    }

    /// Seconds since 1970 of `2015-08-30T12:36:00.000Z` or `2015-08-30T12:36:00+02:00`; nil for what is no such date.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard (20...40).contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":")
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            UInt64(digits: String(decoding: bytes[range], as: UTF8.self)).map { Int(clamping: $0) }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1970...9999).contains(year),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        guard let offset = offset(String(decoding: rest, as: UTF8.self)) else { return nil }
        let seconds = self.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return seconds >= 0 ? Int64(seconds) : nil
    }

    /// Seconds that a clock there is ahead of UTC.
    private static func offset(_ zone: String) -> Int? {
        if zone == "Z" || zone == "z" { return 0 }
        let parts = zone.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard zone.hasPrefix("+") || zone.hasPrefix("-"), parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hours = UInt64(digits: parts[0]), let minutes = UInt64(digits: parts[1]), hours < 24, minutes < 60
        else { return nil }
        let seconds = Int(hours) * 3600 + Int(minutes) * 60
        return zone.hasPrefix("-") ? -seconds : seconds
    }

    /// Days since 1970 to year, month and day: years begin in March, eras are of 400 years.
    private static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
