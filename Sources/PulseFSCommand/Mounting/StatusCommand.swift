import ArgumentParser
import Foundation
import MountHost
import PulseFS
import Quantities
import SystemPackage

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is mounted where, and whether it works.",
        discussion: """
            Lists all PulseFS mounts, or those that are named: directory, process, API, cache, start, and health. Needs no \
            key, sends no request, and does not wait for a mount that does not answer.

              pulsefs status
              pulsefs status ~/pulse || pulsefs mount ~/pulse
              pulsefs status --json | jq -r '.[] | select(.health != "ok") | .directory'

            Keys of the JSON objects: directory, health, reason, pid, api, cache, mounted_at, uptime_seconds, key, version, \
            store. Unknown values are null. store is null without a shared store, else an object with health (ok, away or \
            refused), milliseconds of its last answer, and waiting_bytes that are to be uploaded. health is ok; closed: the \
            API refuses the key or cannot check it, see reason; api_kept_back: the API did not answer and is not asked for a \
            while; not_answering; stale: the process is gone; or not_permitted: the mount is another user's.

            Exit codes: 0 all mounts are ok, or there are none; 1 a named directory is not mounted, or a mount is not ok \
            (other users' mounts count only if named); 64 wrong usage; 74 the output cannot be written.
            """)

    @Flag(help: "Print a JSON array.")
    var json = false

    @Argument(help: "Mount points (default: all).", completion: .directory)
    var directories: [String] = []

    func run() async throws {
        var isFine = true
        var found: [MountStatus] = []
        if directories.isEmpty {
            found = await MountStatus.all()
        }
        for directory in directories {
            do throws(MountFailure) {
                found.append(try await MountStatus.of(.absoluteWithoutLooking(directory)))
            } catch {
                isFine = false
                Terminal.complain("\(error)")
            }
        }
        if json { try Terminal.say(json: found.map(Row.init)) } else { Self.say(found) }
        let wrong = found.contains { $0.health != .ok && !(directories.isEmpty && $0.health == .notPermitted) }
        if wrong || !isFine { throw ExitCode(1) }
    }

    private static func say(_ mounts: [MountStatus]) {
        var table = Table(["DIRECTORY", "PROCESS", "API", "CACHE", "SINCE", "HEALTH"])
        for mount in mounts {
            let facts = mount.facts
            table.add([
                mount.directory.string, facts.map { "\($0.pid)" } ?? "-", mount.api ?? "-", facts?.cache ?? "-",
                facts?.mountedAt ?? "-", Self.health(mount),
            ])
        }
        if !table.isEmpty { table.say() } else if Terminal.isWatched { Terminal.say("nothing is mounted") }
    }

    private static func health(_ mount: MountStatus) -> String {
        guard Terminal.isWatched else { return mount.health.word }
        guard let store = mount.facts?.store else { return mount.health.words }
        let waiting = store.waitingBytes > 0 ? ", \(ByteCount(store.waitingBytes)) to be uploaded" : ""
        return mount.health.words + "; shared store \(store.health)"
            + (store.milliseconds.map { ", \($0) ms" } ?? "") + waiting
    }

    private struct Row: Encodable {
        let directory: String
        let health: String
        let reason: OrNull<String>
        let pid: OrNull<Int32>
        let api: OrNull<String>
        let cache: OrNull<String>
        let mountedAt: OrNull<String>
        let uptimeSeconds: OrNull<Int64>
        let key: OrNull<String>
        let version: OrNull<String>
        let store: OrNull<MountFacts.StoreFacts>

        init(_ mount: MountStatus) {
            directory = mount.directory.string
            health = mount.health.word
            reason = OrNull(mount.health == .ok ? nil : mount.health.words)
            pid = OrNull(mount.facts?.pid)
            api = OrNull(mount.api)
            cache = OrNull(mount.facts?.cache)
            mountedAt = OrNull(mount.facts?.mountedAt)
            uptimeSeconds = OrNull(mount.facts?.uptimeSeconds)
            key = OrNull(mount.facts?.key)
            version = OrNull(mount.facts?.version)
            store = OrNull(mount.facts?.store)
        }
    }
}
