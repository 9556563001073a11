import ArgumentParser
import Foundation
import PulseFS
import Settings
import SharedStore

struct StoreInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show facts about a store, and whether the secret fits.",
        discussion: """
            Reads one object, and writes nothing. If the output is not a terminal, prints one line per item: its name as in \
            the JSON, a tab, and its value.

              pulsefs store info s3://bucket/pulse
              pulsefs store info --json | jq .secret_fits

            Keys of the JSON: store; endpoint, null for Amazon's own; region; id; format; conditional_writes, atomic or none; \
            secret_fits, null if no secret is named; milliseconds that the engine took to answer; clock_ahead_seconds, by how \
            much its clock is ahead, as far as it has complained.

            Exit codes: 0 it is a store, and the secret fits if one is named; 1 it is not a store, or cannot be reached; 2 the \
            secret does not fit or cannot be read; 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var choice: StoreChoice

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable, Sendable {
        let store: String
        let endpoint: OrNull<String>
        let region, id: String
        let format: Int
        let conditionalWrites: String
        let secretFits: OrNull<Bool>
        let milliseconds: Int
        let clockAheadSeconds: Int64
    }

    func run() async throws {
        let report: Report
        do { report = try await choice.with(Self.report) } catch let error as FleetSecret.Trouble {
            throw Terminal.failure(error, code: 2)
        } catch {
            throw Terminal.failure(error)
        }
        if json { try Terminal.say(json: report) } else { Self.say(report) }
        guard report.secretFits.value != false else {
            throw Terminal.failure(
                "the secret is not that of \(report.store): use the secret file of this store", code: 2)
        }
    }

    private static func report(_ connection: StoreConnection) async throws -> Report {
        let settings = connection.settings
        let secret = settings.secret == nil ? nil : try settings.readSecret()
        let begin = ContinuousClock.now
        guard let found = try await StoreFounding.description(connection) else {
            throw StoreFounding.Failure(
                description: "\(settings.location.address) is not a store: create one there with pulsefs store init")
        }
        let time = begin.duration(to: .now) / .milliseconds(1)
        return Report(
            store: "\(settings.location.address)", endpoint: OrNull(settings.location.endpoint.map { "\($0)" }),
            region: settings.location.region, id: found.id, format: StoreDescription.format,
            conditionalWrites: found.conditionalWrites.rawValue, secretFits: OrNull(secret.map(found.fits)),
            milliseconds: Int(time.rounded(.up)), clockAheadSeconds: connection.store.clockOffset)
    }

    private static func say(_ report: Report) {
        var table = Table()
        let items: [(String, Any?)] = [
            ("store", report.store), ("endpoint", report.endpoint.value), ("region", report.region), ("id", report.id),
            ("format", report.format), ("conditional_writes", report.conditionalWrites),
            ("secret_fits", report.secretFits.value), ("milliseconds", report.milliseconds),
            ("clock_ahead_seconds", report.clockAheadSeconds),
        ]
        for (name, value) in items { table.add([name, value.map { "\($0)" } ?? ""]) }
        table.say()
    }
}
