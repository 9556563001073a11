import PulseEmulator

/// The result of an extraction, with the fields the API documents, in the order it sends them.
struct Extraction {
    /// The spelling of the billing field.
    enum PlanKey: String {
        case hyphen = "plan-info"
        case underscore = "plan_info"
    }

    let layout: DocumentLayout
    /// Of the stored extraction, a UUID.
    let id: String
    var extensions: [(String, JSONNode)] = []
    var warnings: [String] = []
    var planKey = PlanKey.hyphen
    /// The page count reported, where it is not that of the layout.
    var pageCount: Int?

    var node: JSONNode {
        let pages = pageCount ?? layout.pages.count
        var members: [(String, JSONNode)] = [
            ("markdown", .string(layout.markdown)),
            ("page_count", .int(pages)),
            ("bounding_boxes", layout.boundingBoxes),
        ]
        if !extensions.isEmpty { members.append(("extensions", .object(extensions))) }
        members += [
            ("extraction_id", .string(id)),
            ("extraction_url", .string("https://platform.runpulse.com/dashboard/extractions/\(id)")),
            (planKey.rawValue, Self.plan(pages: pages)),
            ("credits_used", .decimal(Double(pages), places: 1)),
            ("warnings", .array(warnings.map(JSONNode.string))),
        ]
        return .object(members)
    }

    /// The billing state an answer ends with.
    static func plan(pages: Int) -> JSONNode {
        [
            "tier": "growth",
            "total_credits_used": .decimal(18_204.5 + Double(pages), places: 1),
            "pages_used": .int(17_331 + pages),
            "note": "Pages are counted when processing ends.",
        ]
    }
}
