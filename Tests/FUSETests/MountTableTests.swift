import SystemPackage
import Testing

@testable import FUSE

@Suite("Mount table")
struct MountTableTests {
    private func entry(_ line: String) -> MountTableEntry? { MountTable.parse(Array(line.utf8)[...]) }

    @Test("a line gives mount point, type, source and connection")
    func line() throws {
        let entry = try #require(
            self.entry(
                "96 28 0:39 / /tmp/m rw,nosuid,nodev - fuse.pulsefs pulse:http://127.0.0.1:1 ro,user_id=0")
        )
        #expect(entry.minorDevice == 39 && entry.device == "0:39")
        #expect(entry.identifier == 96 && entry.root == "/")
        #expect(entry.mountpoint == "/tmp/m")
        #expect(entry.type == "fuse.pulsefs")
        #expect(entry.source == "pulse:http://127.0.0.1:1")
        #expect(entry.owner == 0)
    }

    @Test("optional fields before the dash are skipped, and octal escapes undone")
    func optionalFields() throws {
        let entry = try #require(
            self.entry(#"36 35 98:0 /mnt1 /a\040b\134c rw master:1 shared:2 - ext3 /dev/ro\011ot rw"#))
        #expect(entry.mountpoint == #"/a b\c"# && entry.root == "/mnt1")
        #expect(entry.source == "/dev/ro\tot")
        #expect(entry.owner == nil)
    }

    @Test(
        "what is no such line is nothing",
        arguments: ["", "1 2 3", "36 35 98:x / /m rw - ext3 s o", "36 35 98:0 / /m rw ext3 s o p q"])
    func garbage(_ line: String) {
        #expect(entry(line) == nil)
    }

    @Test("the running system has a root")
    func current() {
        #expect(MountTable.current().contains { $0.mountpoint == "/" || $0.mountpoint.starts(with: "/proc") })
    }
}
