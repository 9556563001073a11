import FUSE
import System
import SystemPackage

/// A mount with nothing in it, made and ended to see whether it can be.
struct TrialMount: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        case offered(KernelFeatures)
        /// With the reason.
        case refused(String)
        /// The kernel did not begin to talk.
        case silent
        case noDirectory(Errno)
    }

    var outcome: Outcome
    var time = Duration.zero
    var kernel = "Linux"
    var machine: Machine
    /// Requests that a mount may have waiting in the kernel for all who read ahead (max_user_bgreq); nil when unknown.
    var mostBackground: Int?

    private static let patience = 3

    /// In a directory of its own, which is gone afterwards. Blocks.
    static func here(_ machine: Machine) -> TrialMount {
        var trial = TrialMount(outcome: .silent, kernel: Machine.kernel, machine: machine)
        let text = Machine.text(of: "/sys/module/fuse/parameters/max_user_bgreq")
        trial.mostBackground = text.flatMap { Int($0.prefix { $0.isNumber }) }
        let base = FilePath(ThisProcess.variable("TMPDIR") ?? "/tmp")
        let place: FilePath
        do throws(Errno) { place = try base.appending("pulsefs-doctor-").makeTemporaryDirectory() } catch {
            trial.outcome = .noDirectory(error)
            return trial
        }
        defer { place.removeEmptyDirectory() }
        let begin = ContinuousClock.now
        do throws(MountError) {
            let features = try KernelTrial.features(on: place, within: patience)
            trial.outcome = features.map { .offered($0) } ?? .silent
        } catch {
            trial.outcome = .refused("\(error.message)\(error.cause.map { " (\($0))" } ?? "")")
        }
        trial.time = begin.duration(to: .now)
        return trial
    }

    static let name = "trial-mount"
    static let withoutDevice = Checkup(name, .skipped, "there is no device to mount with")
    static let tooSlow = Checkup(
        name, .failure, "an empty mount was not ready in time", remedy: "dmesg | tail")

    var checkup: Checkup {
        switch outcome {
        case .noDirectory(let cause):
            Checkup(
                Self.name, .skipped, "no directory could be created to mount on (\(cause))",
                remedy: "export TMPDIR=/var/tmp")
        case .silent:
            Checkup(
                Self.name, .failure, "a mount was made, but the kernel sends it no requests", remedy: "dmesg | tail")
        case .refused(let words) where !machine.isRoot && !machine.hasAccount:
            Checkup(
                Self.name, .failure,
                "an empty mount cannot be made, because this user has no entry in the user database: \(words)",
                remedy: "run pulsefs as a user that getent passwd lists")
        case .refused(let words):
            Checkup(
                Self.name, .failure, "an empty mount cannot be made: \(words)",
                remedy: machine.isContainer
                    ? FuseDevice.containerOptions : "see the checks above, and run: dmesg | tail")
        case .offered(let features): checkup(features)
        }
    }

    private func checkup(_ features: KernelFeatures) -> Checkup {
        let names = KernelFeatures.Feature.allCases.filter(features.offered.contains).map(\.rawValue)
        var words =
            "mounted and unmounted in \(time.roundedMilliseconds) ms; \(kernel), FUSE \(features.version), offers "
            + (names.isEmpty ? "nothing" : names.joined(separator: ", "))
        if features.takesContent { words += ", NOTIFY_STORE" }
        if let mostBackground, !machine.isRoot { words += "; at most \(mostBackground) requests in the background" }
        guard features.offered.isSuperset(of: [.noOpen, .noOpendir]) else {
            return Checkup(
                Self.name, .warning, "\(words); each open of a file costs a message",
                remedy: "use Linux 5.1 or later")
        }
        return Checkup(Self.name, .ok, words)
    }
}
