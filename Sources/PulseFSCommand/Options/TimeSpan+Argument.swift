import ArgumentParser
import PulseFS
import Settings

extension TimeSpan: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
