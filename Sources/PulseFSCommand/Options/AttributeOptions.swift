import ArgumentParser
import JobCache
import Settings

/// What is shown of results beside the files that the API sent.
struct AttributeOptions: ParsableArguments {
    @Option(help: .of(.parts))
    var parts: PartsPolicy.Choice?

    @Flag(inversion: .prefixedNo, help: .of(.csvGuard))
    var csvGuard: Bool?

    @Flag(inversion: .prefixedNo, help: .of(.extendedAttributes))
    var xattrs: Bool?

    var flags: SettingsFlags {
        SettingsFlags([
            .parts: parts?.rawValue, .csvGuard: csvGuard.map { "\($0)" }, .extendedAttributes: xattrs.map { "\($0)" },
        ])
    }
}

extension PartsPolicy.Choice: ExpressibleByArgument {}
