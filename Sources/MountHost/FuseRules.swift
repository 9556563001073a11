/// What `/etc/fuse.conf` allows users who are not root, as fusermount3 reads it (fuse(8)).
package struct FuseRules: Sendable, Hashable {
    package var allowsOthers = false
    /// Nil for no limit.
    package var mostMounts: Int? = 1000

    package init() {}

    package init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            if words == ["user_allow_other"] { allowsOthers = true }
            let sides = words.joined().split(separator: "=")
            if sides.count == 2, sides[0] == "mount_max", let number = Int(sides[1]) {
                mostMounts = number < 0 ? nil : number
            }
        }
    }
}
