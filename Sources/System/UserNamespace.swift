import Quantities
import SystemPackage

/// The numbers that users have in this process's user namespace (user_namespaces(7)).
package enum UserNamespace {
    /// Whom everything belongs to that is no user's of this namespace; nil where that number is also a user's.
    static let outsider: UInt32? = {
        let number = SmallFile.text("/proc/sys/kernel/overflowuid").flatMap { UInt32($0.filter(\.isNumber)) } ?? 65_534
        return SmallFile.text("/proc/self/uid_map").flatMap { isMapped(number, in: $0) ? nil : number }
    }()

    /// Whether a user of the namespace has the number. Each line of a map is the first number inside, the first outside, and how
    /// many there are.
    package static func isMapped(_ number: UInt32, in map: String) -> Bool {
        map.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ").compactMap { UInt64($0) }
            guard fields.count == 3, UInt64(number) >= fields[0] else { return false }
            return UInt64(number) -| fields[0] < fields[2]
        }
    }
}
