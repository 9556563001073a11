import Transfer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where an answer sends whoever asked (RFC 9110, section 15.4): decisions only.
struct Redirect {
    /// Redirects in a row that are followed.
    static let most = 5

    let url: String

    /// Nil when the answer is no redirect that says where to. `url` is what was asked.
    init?(_ head: ResponseHead, from url: String) {
        guard Self.statuses.contains(head.status), let text = head.fields["location"], !text.isEmpty,
            let base = URL(string: url), let target = URL(string: text, relativeTo: base)?.absoluteURL
        else { return nil }
        // A fragment is for whoever looks at the document.
        self.url = String(target.absoluteString.prefix { $0 != "#" })
    }

    /// 300 offers a choice, 304 is an answer to a question that is not asked here.
    private static let statuses: Set<Int> = [301, 302, 303, 307, 308]
}
