import ArgumentParser
import Foundation
import PulseFS
import SharedStore

struct StoreInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a store, and the file with its secret.",
        discussion: """
            The bucket has to be there. Makes the secret where the file that is named does not exist, tries what the engine's \
            promises are worth (as pulsefs store check does), and writes pulsefs.json, which says in plain text which secret \
            is meant and nothing of it. A store that is there already is left as it is: it is well if the secret fits.

            Hand the file out to the machines that are to share, readable by their user alone. Whoever has it, and rights on \
            the bucket, reads and writes the store.

              pulsefs store init s3://bucket/pulse --store-secret-file ~/.config/pulsefs/store.secret
              pulsefs store init --json | jq -r .conditional_writes

            Elsewhere than on a terminal it prints a line an item: its name as in the JSON, a tab, its value. Keys of the JSON: \
            store; id; secret_file, null when the secret is in the environment; created and secret_created, true or false; \
            conditional_writes, atomic or none: with none nothing can be claimed, and results that can be fetched only once \
            are not shared.

            Exit codes: 0 the store is there and the secret fits, 1 it failed, 64 wrong usage, 74 the output cannot be written.
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
        Terminal.say("\(report.store) \(report.created ? "is a store now" : "is a store already, and the secret fits")")
        if report.conditionalWrites == StoreDescription.ConditionalWrites.none.rawValue {
            Terminal.say(
                "content can be shared in it; results that can be fetched only once stay local, as nothing can be claimed"
            )
        }
        if let file = report.secretFile.value {
            Terminal.say("hand out \(file) to the machines that are to share it, readable by their user alone")
        }
    }
}
