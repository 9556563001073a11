import FUSE
import SystemPackage
import Testing

@testable import Doctor
@testable import MountHost
@testable import Settings

@Suite("What the doctor says of the kernel's side")
struct KernelCheckupTests {
    private static let container = Machine(isRoot: false, isContainer: true)
    private static let user = Machine(isRoot: false, isContainer: false)

    @Test("S7.1 /dev/fuse that can be opened is fine, and each way in which it cannot has its remedy")
    func device() {
        let fine = FuseDevice(trouble: nil, machine: Self.user).checkup
        #expect(fine.outcome == .ok && fine.remedy == nil)
        let remedies: [(Errno, Machine, String)] = [
            (.noSuchFileOrDirectory, Self.user, "sudo modprobe fuse"),
            (.operationNotSupportedByDevice, Self.user, "sudo modprobe fuse"),
            (.permissionDenied, Self.user, "sudo chmod 666 /dev/fuse"),
            (.permissionDenied, Self.container, "sudo chmod 666 /dev/fuse"),
            (.noSuchFileOrDirectory, Self.container, FuseDevice.containerOptions),
            (.notPermitted, Self.container, FuseDevice.containerOptions), (.ioError, Self.user, "sudo modprobe fuse"),
        ]
        for (errno, machine, remedy) in remedies {
            let checkup = FuseDevice(trouble: errno, machine: machine).checkup
            #expect(checkup.outcome == .failure && checkup.remedy == remedy)
        }
    }

    @Test("S7.1 a missing or powerless fusermount3 is a failure for users, and a warning for root")
    func helper() {
        let whole = Fusermount(path: "/usr/bin/fusermount3", owner: 0, isSetuid: true)
        var plain = whole
        plain.isSetuid = false
        var foreign = whole
        foreign.owner = 1000
        for isRoot in [false, true] {
            let fine = FusermountCheck(program: whole, version: "3.14.0", isRoot: isRoot).checkup
            #expect(fine.outcome == .ok && fine.found.contains("3.14.0"))
            let broken: Checkup.Outcome = isRoot ? .warning : .failure
            let missing = FusermountCheck(program: nil, isRoot: isRoot).checkup
            #expect(missing.outcome == broken && missing.remedy == "sudo apt install fuse3")
            for program in [plain, foreign] {
                let checkup = FusermountCheck(program: program, isRoot: isRoot).checkup
                #expect(checkup.outcome == broken)
                #expect(checkup.remedy?.contains("chmod 4755 /usr/bin/fusermount3") == true)
            }
        }
    }

    @Test("fuse.conf is read as fusermount3 reads it")
    func rules() {
        let rules = FuseRules("#user_allow_other\n mount_max = 7 # few\n")
        #expect(!rules.allowsOthers && rules.mostMounts == 7)
        #expect(FuseRules("  user_allow_other # all\nmount_max=-1").allowsOthers)
        #expect(FuseRules("mount_max=-1").mostMounts == nil)
        #expect(FuseRules("").mostMounts == 1000)
    }

    @Test("S7.1 allow-other that is not allowed and too many mounts fail for users alone; near the limit is a warning")
    func configuration() {
        func outcome(_ text: String?, mounts: Int = 0, wants: Bool = false, isRoot: Bool = false) -> Checkup.Outcome {
            FuseConfiguration(
                rules: text.map { FuseRules($0) }, mounts: mounts, wantsOthers: wants, isRoot: isRoot
            ).checkup.outcome
        }
        #expect(outcome("") == .ok)
        #expect(outcome("", wants: true) == .failure)
        #expect(outcome("", wants: true, isRoot: true) == .ok)
        #expect(outcome("user_allow_other", wants: true) == .ok)
        #expect(outcome("mount_max = 10", mounts: 8) == .ok)
        #expect(outcome("mount_max = 10", mounts: 9) == .warning)
        #expect(outcome("mount_max = 10", mounts: 10) == .failure)
        #expect(outcome("mount_max = 10", mounts: 10, isRoot: true) == .ok)
        #expect(outcome("mount_max = -1", mounts: 5000) == .ok)
        #expect(outcome(nil) == .warning)
    }

    @Test("a trial mount says what the kernel offers; without zero-message opens that is a warning, refused a failure")
    func trial() {
        let all = KernelFeatures(version: .init(7, 40), offered: Set(KernelFeatures.Feature.allCases))
        let fine = TrialMount(outcome: .offered(all), kernel: "Linux 6.1", machine: Self.user).checkup
        #expect(fine.outcome == .ok)
        for word in ["Linux 6.1", "7.40", "NO_OPEN_SUPPORT", "NO_OPENDIR_SUPPORT", "READDIRPLUS", "NOTIFY_STORE"] {
            #expect(fine.found.contains(word))
        }
        let old = KernelFeatures(version: .init(7, 12), offered: [.noOpen, .asynchronousRead])
        let slow = TrialMount(outcome: .offered(old), machine: Self.user).checkup
        #expect(slow.outcome == .warning && slow.remedy != nil && !slow.found.contains("NOTIFY_STORE"))
        let refused = TrialMount(outcome: .refused("not permitted"), machine: Self.container).checkup
        #expect(refused.outcome == .failure && refused.found.contains("not permitted"))
        #expect(refused.remedy == FuseDevice.containerOptions)
        let nameless = Machine(isRoot: false, isContainer: true, hasAccount: false)
        #expect(
            TrialMount(outcome: .refused("x"), machine: nameless).checkup.remedy?.contains("getent passwd") == true)
        #expect(TrialMount(outcome: .silent, machine: Self.user).checkup.outcome == .failure)
        #expect(TrialMount(outcome: .noDirectory(.noSpace), machine: Self.user).checkup.outcome == .skipped)
    }

    @Test("S7.1 each state of the mount point has its outcome, and a remedy unless it is fine")
    func mountPoint() {
        let outcomes: [(MountPlace.State, Checkup.Outcome)] = [
            (.absent, .failure), (.unreachable(.permissionDenied), .failure), (.notADirectory, .failure),
            (.notEmpty, .failure), (.free(owner: 1000, isWritable: true), .ok),
            (.free(owner: 0, isWritable: true), .failure), (.free(owner: 1000, isWritable: false), .failure),
            (.inside(mountpoint: "/m"), .failure), (.foreign(type: "fuse.sshfs"), .failure),
            (.serving(version: "pulsefs 1"), .ok), (.stale, .warning), (.stuck, .failure),
            (.closed(.permissionDenied), .warning),
        ]
        for (state, outcome) in outcomes {
            let checkup = MountPlace(path: "/my dir", state: state, user: 1000).checkup
            #expect(checkup.outcome == outcome, "\(state)")
            #expect((checkup.remedy == nil) == (outcome == .ok), "\(state)")
        }
        #expect(MountPlace(path: "/d", state: .free(owner: 7, isWritable: false), user: 0).checkup.outcome == .ok)
        let absent = MountPlace(path: "/my dir", state: .absent, user: 1000).checkup
        #expect(absent.remedy == "mkdir -p '/my dir'")
    }

    @Test("S7.7 updatedb that walks through mounts is a warning only if it would fetch")
    func crawlers() {
        #expect(CrawlerPruning.types(in: "A=1\nPRUNEFS = \"nfs  fuse.pulsefs\"\n") == ["nfs", "fuse.pulsefs"])
        #expect(CrawlerPruning(pruned: nil, noFetch: []).checkup.outcome == .ok)
        #expect(CrawlerPruning(pruned: ["fuse.pulsefs"], noFetch: []).checkup.remedy == nil)
        let known = CrawlerPruning(pruned: ["nfs"], noFetch: ["updatedb"]).checkup
        #expect(known.outcome == .ok && known.remedy != nil)
        #expect(CrawlerPruning(pruned: ["nfs"], noFetch: []).checkup.outcome == .warning)
        // Debian's timer starts another file than the link that people know.
        let plocate = { CrawlerPruning(pruned: ["nfs"], noFetch: $0, program: "updatedb.plocate").checkup }
        #expect(plocate(["updatedb"]).outcome == .warning && plocate(["updatedb"]).found.contains("updatedb.plocate"))
        #expect(plocate(["updatedb.plocate"]).outcome == .ok && plocate(CrawlerNames.standard).outcome == .ok)
        #expect(CrawlerPruning(pruned: ["nfs"], noFetch: [], program: nil).checkup.outcome == .ok)
    }

    @Test("few descriptors, and a libcurl without HTTP/2, are warnings; without one nothing can be fetched")
    func rest() {
        #expect(OpenFileLimit(most: OpenFileLimit.needed).checkup.outcome == .ok)
        #expect(OpenFileLimit(most: 1024).checkup.outcome == .warning)
        #expect(ProgramVersions(parts: ["a"], hasHTTP2: true).checkup == Checkup("versions", .ok, "a"))
        #expect(ProgramVersions(parts: ["a"], hasHTTP2: false).checkup.outcome == .warning)
        let without = ProgramVersions(parts: ["a"], hasHTTP2: false, trouble: "no libcurl.so.4").checkup
        #expect(without.outcome == .failure && without.found.contains("no libcurl.so.4") && without.remedy != nil)
        let here = ProgramVersions.here.checkup.found
        for word in ["pulsefs \(Version.text)", "libfuse 3.", "libcurl ", "SQLite 3.", "Linux "] {
            #expect(here.contains(word))
        }
    }
}
