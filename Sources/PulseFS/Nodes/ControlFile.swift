/// The files of `.pulsefs/`. The numbers are in inode numbers.
package enum ControlFile: Int, CaseIterable, Sendable {
    case version = 0
    case metrics = 1
    case jobs = 2
    case log = 3
    case mount = 4

    package var name: String {
        switch self {
        case .version: "version"
        case .metrics: "metrics"
        case .jobs: "jobs"
        case .log: "log"
        case .mount: "mount"
        }
    }

    package init?(name: String) {
        guard let file = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = file
    }
}
