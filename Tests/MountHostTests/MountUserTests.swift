import PulseTestSupport
import SystemPackage
import Testing

@testable import MountHost
@testable import PulseFS

@Suite("Users of a mount")
struct MountUserTests {
    /// Something like /proc: `$P`, with a few processes. None of it is followed.
    private static let processes = """
        cd "$1"; mkdir -p proc/{11,22,33,44}/fd proc/self; cd proc
        ln -s /mnt/p/jobs 11/cwd; ln -s / 11/root; ln -s /usr/bin/bash 11/exe; echo bash > 11/comm
        ln -s /mnt/p/jobs/a/result.md 11/fd/3; ln -s /mnt/p/jobs/a/result.json 11/fd/4; ln -s 'socket:[1]' 11/fd/5
        ln -s /mnt/pother 22/cwd; ln -s /mnt 22/root; ln -s '/mnt/p2/x' 22/fd/0; echo other > 22/comm
        ln -s / 33/cwd; printf 'two\\twords\\n' > 33/comm
        printf '7f00-7f01 r--p 00000000 00:39 12  /usr/lib/a.so\\n7f02-7f03 r--s 0 00:4a 9  /mnt/p/jobs/b c/images/x.png\\n' > 33/maps
        ln -s /mnt/p 44/root; ln -s /mnt/p/bin/tool 44/exe; echo tool > 44/comm
        """

    @Test("S7.1: those who work in a mount, have its files open or mapped, or run from it are named, and nobody else")
    func all() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Shell.run(Self.processes, [scratch.path.string])
            let users = MountUser.all(of: "/mnt/p", in: scratch.appending("proc"))
            #expect(
                users.map(\.description) == [
                    "bash (process 11: working directory, open file)", "two?words (process 33: mapped file)",
                    "tool (process 44: root directory, program)",
                ])
        }
    }

    @Test("a sentence names five, and counts the rest")
    func sentence() {
        let users = (1...7).map { MountUser(process: $0, name: "cat", uses: ["open file"]) }
        #expect(MountUser.sentence(Array(users[..<1])) == "cat (process 1: open file)")
        #expect(MountUser.sentence(users).hasSuffix("cat (process 5: open file) and 2 more"))
    }
}
