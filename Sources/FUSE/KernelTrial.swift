import CFuse
import Dispatch
package import SystemPackage

/// A mount with nothing in it that is made and ended at once: it shows whether mounts can be made here, and what the kernel
/// offers.
package enum KernelTrial {
    /// Nil when the kernel does not begin to talk within `seconds`. Blocks the calling thread; nobody may look into
    /// `directory` meanwhile. Afterwards nothing is mounted there.
    package static func features(on directory: FilePath, within seconds: Int) throws(MountError) -> KernelFeatures? {
        var options = MountOptions(mountpoint: directory, source: "pulsefs-trial", subtype: "pulsefs-trial")
        options.threads = 1
        let session = try Session(serving: EmptyFileSystem(), options: options)
        try session.mount()
        let ended = DispatchSemaphore(value: 0)
        DispatchQueue(label: "pulsefs.trial").async {
            session.run()
            ended.signal()
        }
        let features = session.kernelFeatures(within: .seconds(seconds))
        do throws(Errno) { try session.unmount() } catch { session.abort() }
        if ended.wait(timeout: .now() + .seconds(1)) == .timedOut { session.abort() }
        return features
    }

    /// The version of libfuse that is in use; nil when it is not installed.
    package static var libraryVersion: String? {
        pulse_fuse_open() == nil ? fuse_pkgversion().map { String(cString: $0) } ?? "unknown" : nil
    }
}
