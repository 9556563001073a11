import ArgumentParser
import PulseFS
import Quantities

extension ByteCount: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
