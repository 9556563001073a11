import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs cache", .takingTurns, .timeLimit(.minutes(10)))
struct CacheCommandTests {
    private static let pictures = EmulatedJob.syntheticImages(id: "pictures", count: 3, size: 200_000)
    private static func bytes(_ number: UInt64) -> [UInt8] { SyntheticImage(size: 200_000, seed: number).bytes }

    @Test("info says what is there, part by part, without a key and without a request")
    func info() async throws {
        try await Rig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 50_000)]) { (rig) async throws in
            #expect(try await rig.pulsefs("fetch", "once", JobName.invoice).status == 0)
            rig.emulator.clearRequests()
            let json = try await rig.pulsefs("cache", "info", "--json", "--cache-size", "1M", key: nil).object()
            #expect(json["path"] as? String == rig.cache.string)
            #expect(json["limit_bytes"] as? Int == 1 << 20)
            #expect(json["jobs"] as? Int == 2)
            #expect(json["files"] as? Int == 2 + 3 + rig.emulator.imageNames(of: JobName.invoice).count)
            #expect(json["single_use_files"] as? Int == 1)
            #expect((json["single_use_bytes"] as? Int ?? 0) >= 50_000)
            #expect((json["bytes"] as? Int ?? 0) > (json["single_use_bytes"] as? Int ?? .max))
            #expect((json["index_bytes"] as? Int ?? 0) > 0 && (json["disk_free_bytes"] as? Int ?? 0) > 0)
            #expect(json["quarantine"] as? [String: Int] == ["files": 0, "bytes": 0])
            #expect(json["aside"] as? [String: Int] == ["files": 0, "bytes": 0])
            let lines = try await rig.pulsefs("cache", "info", key: nil).cells
            #expect(lines.first == ["path", rig.cache.string] && lines.allSatisfy { $0.count == 2 })
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test(
        "S7.6 a damaged file is found under a running mount, which then fetches it once more and gives the right bytes")
    func verify() async throws {
        try await Rig.with(adding: [Self.pictures]) { (rig) async throws in
            #expect(try await rig.pulsefs("fetch", "pictures").status == 0)
            let whole = try await rig.pulsefs("cache", "verify", key: nil)
            #expect(whole.status == 0 && whole.output.isEmpty && whole.errors.isEmpty)
            try await rig.mounted { (mount) async throws in
                // Known to the mount, and not yet read by the kernel.
                try await mount.shell("ls -l \"$M\"/jobs/pictures/images")
                try await rig.flipBit(of: "pictures", slot: 64)
                try await Shell.run("rm \"$1\"/blobs/*/pictures/65", [rig.cache.string])
                rig.emulator.clearRequests()
                let found = try await rig.pulsefs("cache", "verify", key: nil)
                #expect(found.status == 1 && found.errors.isEmpty)
                #expect(
                    found.cells.map { $0.prefix(3) } == [
                        ["damaged", "pictures", "image_0001.png"], ["missing", "pictures", "image_0002.png"],
                    ])
                #expect(rig.emulator.requests().isEmpty)
                for number in 1...3 {
                    #expect(
                        try await mount.bytes("jobs/pictures/images/image_000\(number).png")
                            == Self.bytes(UInt64(number)))
                }
                #expect(rig.emulator.requests().count == 2)
                let again = try await rig.pulsefs("cache", "verify", "--json", key: nil)
                #expect(again.status == 0)
                #expect(try again.object()["files"] as? Int == 5)
            }
            let json = try await rig.pulsefs("cache", "info", "--json").object()
            #expect((json["quarantine"] as? [String: Int])?["files"] == 1)
        }
    }

    @Test("verify names in JSON what cannot be fetched again, and what is left of it")
    func verifySingleUse() async throws {
        try await Rig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 1000)]) { (rig) async throws in
            #expect(try await rig.pulsefs("fetch", "once").status == 0)
            try await rig.flipBit(of: "once", slot: 4)
            let said = try await rig.pulsefs("cache", "verify", "--json")
            #expect(said.status == 1)
            let report = try said.object()
            #expect(report["complete"] as? Bool == true && report["files"] as? Int == 1)
            let finding = try #require((report["findings"] as? [[String: Any]])?.first)
            #expect(finding["problem"] as? String == "damaged" && finding["single_use"] as? Bool == true)
            #expect(finding["job"] as? String == "once" && finding["file"] as? String == "result.json")
            let kept = try #require(finding["kept"] as? String)
            #expect(FileManager.default.fileExists(atPath: kept))
            #expect(try await rig.pulsefs("cache", "prune", "--to", "0").status == 0)
            #expect(FileManager.default.fileExists(atPath: kept), "pruning removed what cannot be fetched again")
        }
    }

    @Test("a cache that cannot be checked is exit code 2, and is not made by looking at it")
    func noCache() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.pulsefs("cache", "verify", "--json", key: nil)
            #expect(said.status == 2 && said.output.isEmpty)
            #expect(said.errors.hasPrefix("pulsefs: there is no cache at \(rig.cache)"))
            #expect(!FileManager.default.fileExists(atPath: rig.cache.string))
        }
    }

    @Test("on a terminal there are headings, units and progress; elsewhere none of them")
    func terminal() async throws {
        try await Rig.with { (rig) async throws in
            #expect(try await rig.pulsefs("fetch", JobName.invoice).status == 0)
            let commands = "\"$P\" jobs list; \"$P\" cache info; \"$P\" cache prune; \"$P\" cache verify"
            let environment = [
                "P": BuiltProducts.pulsefs, "PULSE_API_URL": rig.emulator.baseURL,
                "PULSEFS_CACHE_DIR": rig.cache.string,
                "PULSE_API_KEY": TestKeys.northwind,
            ]
            let shown = try await Shell.run("script -qec \"$1\" /dev/null", [commands], environment: environment)
            let images = rig.emulator.imageNames(of: JobName.invoice).count
            for words in [
                "id ", "status ", "\(3 + images) of \(3 + images)", "KiB", "kept ", "nothing to remove",
                " of \(3 + images) files, ",
                "\(3 + images) files are intact",
            ] {
                #expect(shown.text.contains(words), "\(words) in \(shown.text)")
            }
            #expect(!shown.text.contains("\t"))
            let plain = try await Shell.run(commands, environment: environment)
            #expect(!plain.text.contains("status ") && !plain.text.contains("KiB") && plain.errors.isEmpty)
        }
    }

    @Test("prune makes the cache smaller under a running mount, which goes on reading what it has open")
    func prune() async throws {
        try await Rig.mounted(adding: [Self.pictures, .syntheticSingleUse(id: "once", markdownSize: 1000)]) {
            (rig, mount) async throws in
            // The last byte is read a moment before the file is the cache's. Parts (10) are made of what is listed.
            let fill = """
                cat "$M"/jobs/{once,pictures}/result.* "$M"/jobs/pictures/images/*.png > /dev/null
                until [ "$(find "$1"/blobs -type f ! -name 10 | wc -l)" = "$((4 + $(ls "$M"/jobs/pictures/images | wc -l)))" ]; do sleep 0.05; done
                """
            #expect(try await mount.shell(fill, [rig.cache.string]).status == 0)
            let script = """
                exec 9< "$M"/jobs/pictures/images/image_0002.png
                "$1" cache prune --cache-dir "$2" --to 100K --json >&2
                sha256sum <&9
                """
            rig.emulator.clearRequests()
            let said = try await mount.shell(script, [BuiltProducts.pulsefs, rig.cache.string])
            let expected = try await Shell.run(
                "curl -fsS -H \"x-api-key: $1\" \"$2\" | sha256sum",
                [TestKeys.northwind, "\(rig.emulator.baseURL)/results/pictures/images/image_0002.png"])
            #expect(said.text == expected.text && !said.text.isEmpty, "\(said.errors)")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(said.errors.utf8)) as? [String: Any], "\(said.errors)")
            #expect(
                Set(report.keys) == [
                    "evicted", "orphans", "quarantined", "kept_in_quarantine", "spool", "in_store", "locks",
                    "restored_jobs",
                ])
            #expect((report["evicted"] as? [String: Int])?["files"] ?? 0 >= 3)
            let info = try await rig.pulsefs("cache", "info", "--json").object()
            #expect((info["bytes"] as? Int ?? .max) <= 100 << 10 && info["single_use_files"] as? Int == 1)
            #expect(try await mount.bytes("jobs/pictures/images/image_0001.png") == Self.bytes(1))
            #expect(try await mount.bytes("jobs/once/result.md").count == 1000)
            #expect(mount.process.errors.whenQuick.isEmpty)
        }
    }

    @Test("--cache-size bounds what a mount keeps")
    func cacheSize() async throws {
        try await Rig.mounted(adding: [Self.pictures], options: ["--cache-size=500K"]) { (rig, mount) async throws in
            for number in 1...3 {
                #expect(
                    try await mount.bytes("jobs/pictures/images/image_000\(number).png") == Self.bytes(UInt64(number)))
            }
            try await mount.eventually("[ $(du -sk \"$1\"/blobs | cut -f1) -lt 500 ]", [rig.cache.string])
        }
    }
}
