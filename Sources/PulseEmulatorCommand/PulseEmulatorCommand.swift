import ArgumentParser
import Foundation
import PulseEmulator
import PulseEmulatorFixtures

/// `pulse-emulator`: serves the fixtures until it is told to stop.
@main
struct PulseEmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse-emulator",
        abstract: "An HTTP server that behaves like the Pulse API.",
        discussion: """
            Serves a set of made-up documents on 127.0.0.1. Prints one line when it is ready, and ends \
            with status 0 on SIGTERM and SIGINT. Whoever reaches it controls it: with --host, choose a \
            network that is private.

            Keys: pulse-demo-northwind-1, -2, -3 and pulse-demo-contoso-1, -2.
            Control, without a key: GET or POST /_emulator/jobs, GET or DELETE /_emulator/requests, POST \
            or DELETE /_emulator/faults, POST /_emulator/release, PUT /_emulator/latency, PUT \
            /_emulator/features, POST /_emulator/keys, DELETE /_emulator/keys/ALIAS.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 0

    @Option(help: "How long every request waits, for example 20ms or 1.5s.")
    var latency = Latency.none

    @Flag(name: .customLong("no-head"), help: "Answer HEAD with 405.")
    var refusesHead = false

    @Flag(name: .customLong("no-range"), help: "Ignore Range headers.")
    var refusesRanges = false

    @Flag(help: "Compress job documents and large results for clients that take gzip.")
    var gzip = false

    @Option(name: .customLong("ready-fd"), help: "Write the address to this descriptor when ready.")
    var readyDescriptor: Int32?

    @Flag(help: "Also end when the parent process ends or standard input, if a pipe, is closed.")
    var exitWithParent = false

    func run() async throws {
        let endings = await Endings(followsParent: exitWithParent)
        var configuration = EmulatorConfiguration(
            jobs: Fixtures.jobs + Fixtures.shapes,
            features: EmulatorFeatures(head: !refusesHead, ranges: !refusesRanges),
            latency: latency.duration, servesControl: true)
        configuration.host = host
        configuration.port = port
        configuration.features.gzip = gzip
        let emulator = try await Emulator.start(configuration)
        try announce(emulator.baseURL)
        await endings.first()
        await emulator.shutDown()
    }

    private func announce(_ address: String) throws {
        let line = Data("pulse-emulator: listening on \(address)\n".utf8)
        try FileHandle.standardOutput.write(contentsOf: line)
        guard let readyDescriptor else { return }
        let ready = FileHandle(fileDescriptor: readyDescriptor, closeOnDealloc: false)
        try ready.write(contentsOf: Data("\(address)\n".utf8))
        try ready.close()
    }
}
