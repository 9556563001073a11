import MountHost
import PulseFS
import System
import SystemPackage

/// What of fusermount3(1) is in the way of a mount.
struct FusermountCheck: Sendable, Hashable {
    /// Nil when there is none.
    var program: Fusermount?
    /// As it says itself; nil when it does not.
    var version: String?
    var isRoot: Bool

    /// Starts it, to ask for its version. Blocks for two seconds at most.
    static func here(_ machine: Machine, _ surroundings: Surroundings) -> FusermountCheck {
        // libfuse looks where it was built to, then in PATH.
        let places = ["/usr/bin"] + (surroundings.variable("PATH") ?? "").split(separator: ":").map(String.init)
        let program = Fusermount.find(in: places.map { FilePath($0) })
        let said = program.flatMap { try? BriefProgram.run([$0.path.string, "--version"], within: 2).output }
        return FusermountCheck(
            program: program, version: said?.split(whereSeparator: \.isWhitespace).last.map(String.init),
            isRoot: machine.isRoot)
    }

    static let tooSlow = Checkup(
        "fusermount3", .failure, "fusermount3 does not answer", remedy: "fusermount3 --version")

    var checkup: Checkup {
        let outcome: Checkup.Outcome = isRoot ? .warning : .failure
        guard let program else {
            return Checkup(
                "fusermount3", outcome, "fusermount3 is missing\(isRoot ? "; only root can mount without it" : "")",
                remedy: "sudo apt install fuse3")
        }
        let name = "\(program.path)\(version.map { " \($0)" } ?? "")"
        guard program.mayMount else {
            let reason =
                program.owner == 0 ? "has no effective setuid bit" : "belongs to user \(program.owner), not to root"
            let path = ShellWord.quoted(program.path)
            return Checkup(
                "fusermount3", outcome, "\(name) \(reason)\(isRoot ? ": only root can mount" : "")",
                remedy: "sudo chown root: \(path) && sudo chmod 4755 \(path)")
        }
        return Checkup(
            "fusermount3", .ok, program.isSetuid ? "\(name) is setuid root" : "\(name) has the rights to mount")
    }
}
