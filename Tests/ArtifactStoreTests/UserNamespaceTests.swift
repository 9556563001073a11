import System
import Testing

@testable import ArtifactStore

@Suite("User namespaces")
struct UserNamespaceTests {
    @Test(
        "a number is a user's where a line of the map has it",
        arguments: [
            (0, "         0          0 4294967295\n", true), (65_534, "         0          0 4294967295\n", true),
            (65_534, "         0      12345          1\n", false), (0, "         0      12345          1\n", true),
            (65_534, "0 100000 65536\n", true), (65_536, "0 100000 65536\n", false),
            (1001, "0 1000 1\n1 100000 1000\n2000 1 1\n", false), (2000, "0 1000 1\n1 100000 1000\n2000 1 1\n", true),
            (0, "", false), (7, "0 0 x\n", false), (4_294_967_295, "1 0 4294967295\n", true),
        ] as [(UInt32, String, Bool)])
    func mapped(_ number: UInt32, _ map: String, _ isMapped: Bool) {
        #expect(UserNamespace.isMapped(number, in: map) == isMapped)
    }
}
