import FUSE
import MountHost
import PulseFS
import Settings
import SystemPackage

/// What `/etc/fuse.conf` allows users who are not root.
struct FuseConfiguration: Sendable, Hashable {
    /// As fusermount3 reads the file; nil when this user cannot read it.
    var rules: FuseRules?
    /// Mounts of FUSE there are, whoever made them: fusermount3 counts them all.
    var mounts: Int
    var wantsOthers: Bool
    var isRoot: Bool

    private static let path = FilePath("/etc/fuse.conf")

    static func here(_ machine: Machine, wantsOthers: Bool) -> FuseConfiguration {
        var rules: FuseRules? = FuseRules()
        do throws(SettingsText.Trouble) { rules = FuseRules(try SettingsText(path).text) } catch {
            if error != .absent { rules = nil }
        }
        return FuseConfiguration(
            rules: rules, mounts: MountTable.current().count { $0.type == "fuse" || $0.type.hasPrefix("fuse.") },
            wantsOthers: wantsOthers, isRoot: machine.isRoot)
    }

    var checkup: Checkup {
        guard !isRoot else {
            return Checkup("fuse.conf", .ok, "\(Self.path) does not apply to root; \(Self.counted(mounts))")
        }
        guard let rules else {
            return Checkup(
                "fuse.conf", .warning, "\(Self.path) cannot be read by this user",
                remedy: "sudo chmod 644 \(Self.path)")
        }
        if wantsOthers, !rules.allowsOthers {
            return Checkup(
                "fuse.conf", .failure, "allow-other is set, and \(Self.path) has no line user_allow_other",
                remedy: "echo user_allow_other | sudo tee -a \(Self.path)")
        }
        let others = rules.allowsOthers ? "allow-other is allowed" : "allow-other is neither allowed nor set"
        guard let most = rules.mostMounts, mounts * 10 >= most * 9 else {
            return Checkup("fuse.conf", .ok, "\(others); \(Self.counted(mounts))")
        }
        return Checkup(
            "fuse.conf", mounts >= most ? .failure : .warning,
            "\(Self.counted(mounts)), of \(most) at most (mount_max)",
            remedy: "echo mount_max = \(max(most * 2, 1000)) | sudo tee -a \(Self.path)")
    }

    private static func counted(_ mounts: Int) -> String {
        mounts == 1 ? "there is 1 FUSE mount" : "there are \(mounts) FUSE mounts"
    }
}
