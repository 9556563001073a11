import ArgumentParser
import PulseFS

extension ByteCount: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
