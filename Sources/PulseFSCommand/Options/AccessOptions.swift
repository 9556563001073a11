import ArgumentParser
import PulseFS
import Settings

/// Who may read a mount.
struct AccessOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: .of(.allowOther))
    var allowOther: Bool?

    @Option(help: .of(.umask))
    var umask: PermissionBits?

    @Option(help: .of(.uid))
    var uid: UInt32?

    @Option(help: .of(.gid))
    var gid: UInt32?

    var flags: SettingsFlags {
        SettingsFlags([
            .allowOther: allowOther.map { "\($0)" }, .umask: umask.map { "\($0)" }, .uid: uid.map { "\($0)" },
            .gid: gid.map { "\($0)" },
        ])
    }
}

extension PermissionBits: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
