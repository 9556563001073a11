import PulseTestSupport
import SystemPackage
import Testing

@testable import FUSE

@Suite("Trial mount", .timeLimit(.minutes(2)))
struct KernelTrialTests {
    @Test("a mount with nothing in it is made, tells what the kernel offers, and is gone")
    func features() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = try scratch.make("mnt")
            let features = try #require(try KernelTrial.features(on: path, within: 30))
            #expect(features.version.major == 7 && features.version.minor >= 12)
            #expect(features.offered.contains(.asynchronousRead))
            #expect(!MountTable.current().contains { $0.mountpoint == path })
        }
    }

    @Test("a place that cannot be mounted on is an error with its reason")
    func nowhere() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = scratch.appending("missing")
            let error = #expect(throws: MountError.self) { try KernelTrial.features(on: path, within: 1) }
            #expect(error?.message.isEmpty == false)
        }
    }

    @Test("content can be given to kernels from protocol 7.15 on")
    func store() {
        #expect(KernelFeatures(version: .init(7, 15), offered: []).takesContent)
        #expect(!KernelFeatures(version: .init(7, 14), offered: []).takesContent)
    }
}
