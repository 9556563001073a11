import Foundation
import PulseTestSupport
import SystemPackage

@testable import FUSE

extension MemoryFileSystem {
    /// Mounts the file system in this process; only other processes read it.
    func mounted<Value>(
        extendedAttributes: Bool = false, _ body: (Session, String) async throws -> Value
    ) async throws -> Value {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = try scratch.make("mnt")
            var options = MountOptions(mountpoint: path, source: "test", subtype: "pulsefs-test")
            options.extendedAttributes = extendedAttributes
            let session = try Session(serving: self, options: options)
            try session.mount()
            async let served: Void = withCheckedContinuation { ended in
                Thread.detachNewThread {
                    session.run()
                    ended.resume()
                }
            }
            do {
                let value = try await body(session, path.string)
                try session.unmount()
                await served
                return value
            } catch {
                try? session.unmount()
                session.abort()
                await served
                throw error
            }
        }
    }
}
