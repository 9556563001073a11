import ArgumentParser
import PulseFS

/// What is said of files beside their content.
struct AttributeOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: .of(.extendedAttributes))
    var xattrs: Bool?

    var flags: SettingsFlags { SettingsFlags([.extendedAttributes: xattrs.map { "\($0)" }]) }
}
