/// A path below the root of a mount, as far as it can be told by its form alone.
enum TreePath: Hashable, Sendable {
    case root, readme, jobs
    /// `.pulsefs`, or what is directly in it.
    case control(String?)
    /// The id is as it was typed.
    case job(String)
    /// The second is the path within the job, such as `images/a.png`.
    case file(String, String)
    case elsewhere

    init(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.filter { $0 != "." }
        switch parts.first {
        case nil: self = .root
        case "README.txt" where parts.count == 1: self = .readme
        case ".pulsefs" where parts.count <= 2: self = .control(parts.count == 2 ? parts[1] : nil)
        case "jobs":
            switch parts.count {
            case 1: self = .jobs
            case 2: self = .job(parts[1])
            default: self = .file(parts[1], parts[2...].joined(separator: "/"))
            }
        default: self = .elsewhere
        }
    }
}
