/// An event as one line of JSON (RFC 8259): time and kind first, then what is known.
enum EventLine {
    static func text(_ event: Event) -> String {
        var fields = [("time", quoted(APITime.preciseText(event.time))), ("event", quoted(event.kind.rawValue))]
        let texts = [
            ("job", event.place?.job), ("file", event.place?.file), ("request", event.request),
        ]
        fields += texts.compactMap { name, value in value.map { (name, quoted($0)) } }
        if let status = event.status { fields.append(("status", "\(status)")) }
        let words = [
            ("code", event.code), ("message", event.message), ("request_id", event.requestID), ("errno", event.errno),
        ]
        fields += words.compactMap { name, value in value.map { (name, quoted($0)) } }
        if let tries = event.tries { fields.append(("tries", "\(tries)")) }
        if let seconds = event.retryAfter { fields.append(("retry_after", "\(seconds)")) }
        return "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            // What of a name cannot be seen is shown by its number.
            case _ where !Explanation.isVisible(scalar) && scalar != " ":
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
