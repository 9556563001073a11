import ArgumentParser
import Foundation
import PulseFS
import Settings
import SharedStore

struct StoreInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create a store, and the file with its secret.",
        discussion: """
            The bucket must exist. Creates the secret if the named file does not exist, tests the engine (as pulsefs store \
            check does), and writes pulsefs.json, which identifies the secret in plain text without revealing any of it. An \
            existing store is not changed; the command succeeds if the secret fits.

            Copy the file to the machines that share the store, readable only by their user. Everyone who has the file and \
            access to the bucket can read and write the store.

              pulsefs store init s3://bucket/pulse --store-secret-file ~/.config/pulsefs/store.secret
              pulsefs store init --json | jq -r .conditional_writes

            If the output is not a terminal, prints one line per item: its name as in the JSON, a tab, and its value. Keys of \
            the JSON: store; id; secret_file, null if the secret is in the environment; created and secret_created, true or \
            false; conditional_writes, atomic or none: with none, nothing can be claimed, and results that can be fetched only \
            once are not shared.

            Exit codes: 0 the store exists and the secret fits, 1 failure, 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var choice: StoreChoice

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable, Sendable {
        let store, id: String
        let secretFile: OrNull<String>
        let created, secretCreated: Bool
        let conditionalWrites: String
    }

    func run() async throws {
        do {
            let report = try await choice.with { connection in
                let founded = try await StoreFounding.found(connection)
                var file: String?
                if case .file(let path) = connection.settings.secret { file = "\(path)" }
                return Report(
                    store: "\(connection.settings.location.address)", id: founded.description.id,
                    secretFile: OrNull(file),
                    created: founded.isNew, secretCreated: founded.isSecretNew,
                    conditionalWrites: founded.description.conditionalWrites.rawValue)
            }
            if json { return try Terminal.say(json: report) }
            Self.say(report)
        } catch {
            throw Terminal.failure(error)
        }
    }

    private static func say(_ report: Report) {
        guard Terminal.isWatched else {
            var table = Table()
            table.add(["store", report.store])
            table.add(["id", report.id])
            table.add(["secret_file", report.secretFile.value ?? ""])
            table.add(["created", "\(report.created)"])
            table.add(["secret_created", "\(report.secretCreated)"])
            table.add(["conditional_writes", report.conditionalWrites])
            return table.say()
        }
        Terminal.say("\(report.store) \(report.created ? "is a store now" : "is already a store, and the secret fits")")
        if report.conditionalWrites == StoreDescription.ConditionalWrites.none.rawValue {
            Terminal.say(
                "content can be shared; results that can be fetched only once stay local, because nothing can be claimed"
            )
        }
        if let file = report.secretFile.value {
            Terminal.say("copy \(file) to the machines that share the store, readable only by their user")
        }
    }
}
