import Glibc
import PulseTestSupport
import SystemPackage
import Testing

@testable import MountHost
@testable import PulseFS

@Suite("Mount ground")
struct MountGroundTests {
    private let good = MountGround(path: "/m", place: .free)

    private func ground(_ change: (inout MountGround) -> Void) -> String? {
        var ground = good
        change(&ground)
        return ground.problem
    }

    @Test("S7.1: an empty directory is fine, for root and for others")
    func fine() {
        #expect(good.problem == nil)
        #expect(ground { $0.isRoot = false } == nil)
    }

    @Test("S7.1: what is wrong with the directory is said with what to do")
    func places() throws {
        #expect(try #require(ground { $0.place = .missing }).contains("mkdir -p /m"))
        #expect(try #require(ground { $0.place = .filled }).contains("empty directory"))
        #expect(try #require(ground { $0.place = .file }).contains("not a directory"))
        #expect(try #require(ground { $0.place = .unreadable(.permissionDenied) }).contains("of your own"))
        #expect(
            try #require(
                ground {
                    $0.isRoot = false
                    $0.isWritable = false
                }
            ).contains("not yours"))
    }

    @Test("S7.1: what the system lacks is said with what to do")
    func system() throws {
        #expect(try #require(ground { $0.device = .missing }).contains("modprobe fuse"))
        #expect(try #require(ground { $0.device = .denied }).contains("chmod 666 /dev/fuse"))
        let helper = { (helper: MountSystem.Helper) in
            ground {
                $0.isRoot = false
                $0.helper = helper
            }
        }
        #expect(try #require(helper(.missing)).contains("apt install fuse3"))
        #expect(try #require(helper(.notPrivileged("/bin/fusermount3"))).contains("chmod u+s /bin/fusermount3"))
        // Root needs none.
        #expect(ground { $0.helper = .missing } == nil)
    }

    @Test("S1.7: --allow-other is refused to those who may not, and root always may")
    func allowOther() throws {
        let change = { (ground: inout MountGround) in (ground.allowOther, ground.allowsOthers) = (true, false) }
        #expect(ground(change) == nil)
        let said = ground {
            change(&$0)
            $0.isRoot = false
        }
        #expect(try #require(said).contains("user_allow_other to /etc/fuse.conf"))
    }

    @Test(
        "fuse.conf allows other users by a line of its own",
        arguments: [
            ("user_allow_other\n", true), ("# user_allow_other\n", false), ("#user_allow_other", false), ("", false),
            ("mount_max = 10\n  user_allow_other  # yes\n", true), ("user_allow_others", false),
            ("user_allow_other = 1", false),
        ])
    func configuration(_ text: String, _ isAllowed: Bool) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = scratch.appending("fuse.conf")
            let file = try FileDescriptor.open(path, .writeOnly, options: .create, permissions: .ownerReadWrite)
            try file.closeAfter { _ = try file.writeAll(text.utf8) }
            var system = MountSystem()
            system.configuration = path
            #expect(system.allowsOthers == isAllowed)
        }
    }

    @Test("fusermount3 is usable when it is setuid root, and the device when it is there")
    func programs() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            var system = MountSystem()
            system.searchPath = [scratch.path]
            system.device = scratch.appending("fuse")
            #expect(system.helperState == .missing && system.deviceState == .missing)
            try await Shell.run("cd \"$1\"; touch fuse fusermount3", [scratch.path.string])
            #expect(system.deviceState == .usable)
            #expect(system.helperState == .notPrivileged(scratch.appending("fusermount3")))
            if geteuid() == 0 {
                try await Shell.run("chmod 4755 \"$1\"", [scratch.appending("fusermount3").string])
                #expect(system.helperState == .usable)
            }
        }
    }

    @Test("the directory is looked at: another's where everyone may write is not one's own")
    func looked() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Shell.run("cd \"$1\"; mkdir e f; touch f/a file; mkdir -m 1777 s", [scratch.path.string])
            let look = { (name: String, user: UInt32) in
                var system = MountSystem()
                system.user = user
                return MountGround(
                    scratch.appending(name), cache: scratch.appending("cache"), allowOther: false, in: system)
            }
            #expect(look("e", geteuid()).place == .free && look("e", geteuid()).isWritable)
            #expect(look("f", geteuid()).place == .filled)
            #expect(look("file", geteuid()).place == .file)
            #expect(look("none", geteuid()).place == .missing)
            #expect(look("s", geteuid()).isWritable)
            #expect(!look("s", geteuid() + 1).isWritable)
            #expect(!look("s", 12345).isRoot && look("s", 0).isRoot)
        }
    }
}
