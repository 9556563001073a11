import ArgumentParser
import Foundation
import PulseFS
import Quantities
import Settings
import SharedStore

struct StoreCollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove old objects from a store whose engine has no expiry rules.",
        discussion: """
            Removes objects that can be fetched again and were neither written nor renewed for the given time, by the engine's \
            own clock. Each object is read twice, and removed only if it has not changed in between, so mounts can continue. \
            Names that do not belong to a store are not touched. Needs no secret, except with --adopt.

              pulsefs store gc s3://bucket/pulse --dry-run
              pulsefs store gc s3://bucket/pulse --older-than 30d

            Results that can be fetched only once stay, whatever their age. To remove them and their claims, give an age and \
            --lose-results: they cannot be fetched again.

              pulsefs store gc s3://bucket/pulse --single-use-older-than 180d --lose-results

            A machine that dies between uploading such a result and saying so leaves an object that no machine looks for. With \
            --adopt, results of this kind that open whole are entered as uploaded, before anything is removed:

              pulsefs store gc s3://bucket/pulse --adopt --store-secret-file ~/.config/pulsefs/store.secret

            On a terminal, prints what was removed. Otherwise prints one line per kind: job, file, grant, verdict, claim, \
            result or check with its objects and bytes, and changed, foreign and stays with their counts, separated by tabs; with \
            --adopt, also adopted with its objects and bytes, and damaged with the count of results and claims that do not open. \
            Keys of the JSON: store; dry_run; adopted; damaged; removed, objects and bytes by kind; changed, objects that were written or \
            renewed meanwhile; foreign, names that do not belong to a store; stays, objects that are not old enough.

            Exit codes: 0 success, 1 failure, or the engine cannot remove an object only if it is unchanged; 64 wrong usage, \
            74 the output cannot be written.
            """)

    @OptionGroup var choice: StoreChoice

    @Option(help: ArgumentHelp("Minimum age of the objects to remove, in days: 30d.", valueName: "days"))
    var olderThan = DayCount(days: 30)

    @Option(
        help: ArgumentHelp(
            "Also remove results that can be fetched only once, from this age in days: 180d.", valueName: "days")
    )
    var singleUseOlderThan: DayCount?

    @Flag(help: "Remove results that cannot be fetched again.")
    var loseResults = false

    @Flag(help: "Enter results as uploaded that are in the store, and that no machine has entered.")
    var adopt = false

    @Flag(help: "Show what would be removed, and remove nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable, Sendable {
        struct Removed: Encodable {
            let objects: Int
            let bytes: UInt64
        }

        let store: String
        let dryRun: Bool
        let adopted: Removed
        let damaged: Int
        let removed: [String: Removed]
        let changed, foreign, stays: Int
    }

    /// One of its requests; nobody waits for a reader here.
    private static let within = Duration.seconds(20)

    func validate() throws {
        guard (singleUseOlderThan != nil) == loseResults else {
            throw ValidationError(
                loseResults
                    ? "--lose-results needs an age: --single-use-older-than 180d"
                    : "results that can be fetched only once are removed only with --lose-results")
        }
    }

    func run() async throws {
        let report: Report
        do { report = try await choice.with(collect) } catch {
            throw Terminal.failure(error)
        }
        if json { return try Terminal.say(json: report) }
        say(report)
    }

    private func collect(_ connection: StoreConnection) async throws -> Report {
        let address = "\(connection.settings.location.address)"
        guard connection.settings.mode == .readwrite || dryRun else {
            throw StoreFounding.Failure(description: "nothing is removed from a store in read mode")
        }
        guard let there = try await StoreFounding.description(connection) else {
            throw StoreFounding.Failure(description: "\(address) is not a store: nothing was removed")
        }
        let adopted = try await adopted(connection, there)
        if !dryRun {
            let trial = try await StoreCheck(connection.store, within: Self.within).run(only: [.conditionalDelete])
            if let failed = trial.first(where: { !$0.isPassed }) {
                throw StoreFounding.Failure(
                    description:
                        "nothing was removed, because an object that is being written could be lost: \(failed.words)")
            }
        }
        let rules = StoreCollection.Rules(
            age: olderThan.duration, keptAge: singleUseOlderThan?.duration, isTrial: dryRun)
        let found = try await StoreCollection(connection.store, rules, within: Self.within).run()
        return Report(
            store: address, dryRun: dryRun,
            adopted: Report.Removed(objects: adopted?.objects ?? 0, bytes: adopted?.bytes.bytes ?? 0),
            damaged: adopted?.damaged ?? 0,
            removed: Dictionary(
                uniqueKeysWithValues: ObjectKind.allCases.filter { $0 != .description }.map { kind in
                    let total = found.removed[kind]
                    return (
                        kind.rawValue, Report.Removed(objects: total?.objects ?? 0, bytes: total?.bytes.bytes ?? 0)
                    )
                }), changed: found.changed, foreign: found.foreign, stays: found.stays.objects)
    }

    private func adopted(
        _ connection: StoreConnection, _ there: StoreDescription
    ) async throws -> StoreAdoption.Report? {
        guard adopt else { return nil }
        let secret = try connection.settings.readSecret()
        guard there.fits(secret) else {
            throw StoreFounding.Failure(
                description:
                    "the secret is not that of \(connection.settings.location.address): use the secret file of this store"
            )
        }
        guard there.conditionalWrites == .atomic || dryRun else {
            throw StoreFounding.Failure(
                description: "nothing was adopted, because conditional writes of this engine do not work")
        }
        return try await StoreAdoption(connection.store, secret, isTrial: dryRun, within: Self.within).run()
    }

    private func say(_ report: Report) {
        let removed = report.removed.sorted { $0.key < $1.key }
        guard Terminal.isWatched else {
            var table = Table()
            for (kind, total) in removed { table.add([kind, "\(total.objects)", "\(total.bytes)"]) }
            for (name, count) in [("changed", report.changed), ("foreign", report.foreign), ("stays", report.stays)] {
                table.add([name, "\(count)"])
            }
            if adopt {
                table.add(["adopted", "\(report.adopted.objects)", "\(report.adopted.bytes)"])
                table.add(["damaged", "\(report.damaged)"])
            }
            return table.say()
        }
        if adopt {
            Terminal.say(
                "\(report.adopted.objects) results \(dryRun ? "would be adopted" : "were adopted"): \(ByteCount(report.adopted.bytes))"
            )
            if report.damaged > 0 {
                Terminal.say("\(report.damaged) do not open; pulsefs store verify names them")
            }
        }
        let objects = removed.reduce(0) { $0 + $1.value.objects }
        let bytes = removed.reduce(ByteCount.zero) { $0 + ByteCount($1.value.bytes) }
        Terminal.say(
            "\(objects) objects \(dryRun ? "would be removed" : "were removed"): \(bytes); \(report.stays) stay")
        if report.foreign > 0 { Terminal.say("\(report.foreign) names do not belong to a store, and were not touched") }
    }
}

/// An age as people type it: `30d`, or days alone; at most a hundred years.
struct DayCount: ExpressibleByArgument, Sendable {
    let days: Int

    private static let most = 36_500

    init(days: Int) { self.days = days }

    init?(argument: String) {
        guard let number = UInt64(digits: argument.hasSuffix("d") ? argument.dropLast() : argument[...]),
            number <= UInt64(Self.most)
        else { return nil }
        days = Int(number)
    }

    var duration: Duration { .seconds(days * 86_400) }
    var defaultValueDescription: String { "\(days)d" }
}
