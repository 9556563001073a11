import ArgumentParser
import Foundation
import SystemPackage

/// Joins two network namespaces by a cable of a given length, until it is ended.
///
/// Makes a device of the same name in each; addresses are the caller's to give. Prints `ready` when both are there. TCP
/// pays for the length as it does on a real one: for the handshake, for each request, for slow start and for its window.
struct DelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delay")

    @Argument(help: "Two network namespaces, such as /run/netns/NAME.") var namespaces: [String]
    @Option(help: "The device's name.") var device = "pulse0"
    @Option(help: "Milliseconds there and back.") var roundTrip: Double

    func validate() throws {
        guard namespaces.count == 2 else { throw ValidationError("two namespaces are needed") }
        guard roundTrip >= 0, roundTrip <= 10_000 else { throw ValidationError("0 to 10,000 milliseconds") }
    }

    func run() throws {
        let ends = try namespaces.map { try Tunnel(device, inNetworkOf: FilePath($0)) }
        let delay = Duration.microseconds(Int64(roundTrip * 500))
        let there = DelayLine(from: ends[0], to: ends[1], delay: delay)
        let back = DelayLine(from: ends[1], to: ends[0], delay: delay)
        print("ready")
        fflush(nil)
        Thread.detachNewThread { back.run() }
        there.run()
    }
}
