import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A cache on a disk that is full, small or read-only makes reading slower and breaks nothing.
@Suite("Cache disks", .takingTurns, .timeLimit(.minutes(10)))
struct FullDiskTests {
    private static let size = 1_000_000

    /// A file system of this size in memory, for the length of `body`. Mounting one needs root.
    private func withDisk(_ size: String, in rig: Rig, _ body: (FilePath) async throws -> Void) async throws {
        let disk = try rig.scratch.make("disk")
        let made = try await Shell.run("mount -t tmpfs -o size=\(size),mode=700 tmpfs \"$1\"", [disk.string])
        try #require(made.status == 0, "run as root to mount a small disk: \(made.errors)")
        do {
            try await body(disk)
            try await Shell.run("umount -l \"$1\"", [disk.string])
        } catch {
            try await Shell.run("umount -l \"$1\"", [disk.string])
            throw error
        }
    }

    private static func hashes(_ mount: MountedPulseFS) async throws -> Shell.Outcome {
        try await mount.shell("cd \"$M/jobs/many/images\" && sha256sum image_*", timeout: 120)
    }

    /// What the hashes should be, from the emulator itself.
    private static func expected(_ count: Int, _ rig: Rig) async throws -> String {
        let script = """
            for n in $(seq -f %04g 1 "$3"); do
                printf '%s  image_%s.png\\n' "$(curl -fsS -H "x-api-key: $2" "$1/results/many/images/image_$n.png" | sha256sum | cut -d' ' -f1)" "$n"
            done
            """
        let text = try await Shell.run(script, [rig.emulator.baseURL, TestKeys.northwind, "\(count)"]).text
        rig.emulator.clearRequests()
        return text
    }

    private static func withImages(_ count: Int, _ body: (Rig, String) async throws -> Void) async throws {
        try await Rig.with(adding: [.syntheticImages(id: "many", count: count, size: size)]) { rig in
            try await body(rig, try await expected(count, rig))
        }
    }

    @Test("S7.6: 100 MB of images are read whole through a cache disk of 32 MB, twice, and stay within it")
    func small() async throws {
        try await Self.withImages(100) { rig, expected in
            try await withDisk("32m", in: rig) { disk in
                // What the kernel holds goes with a mount: the second reads again through the cache.
                for _ in 1...2 {
                    try await rig.mounted(cache: disk.appending("cache")) { (mount) async throws in
                        let found = try await Self.hashes(mount)
                        #expect(found.text == expected, "\(found.errors)")
                        #expect(mount.process.errors.components(of: "cannot be written") <= 1)
                    }
                    let used = try await Shell.run("df --output=pcent \"$1\" | tail -n 1", [disk.string]).text
                    #expect((Int(used.filter(\.isNumber)) ?? 0) > 60, "more was evicted than had to be: \(used)")
                }
            }
        }
    }

    @Test("S7.6: a cache whose disk has become full is pruned, and mounted, though its index has no room to be opened")
    func filledBetween() async throws {
        try await Self.withImages(4) { rig, expected in
            try await withDisk("12m", in: rig) { disk in
                let cache = disk.appending("cache")
                try await rig.mounted(cache: cache) { (mount) async throws in _ = try await Self.hashes(mount) }
                let fill = "dd if=/dev/zero of=\"$1/fill$2\" bs=4k 2> /dev/null; true"
                try await Shell.run(fill, [disk.string, "1"])
                let pruned = try await Shell.run(
                    "\"$1\" cache prune --cache-dir \"$2\" --to 0 > /dev/null", [BuiltProducts.pulsefs, cache.string])
                #expect(pruned.status == 0, "\(pruned.errors)")
                try await Shell.run(fill, [disk.string, "2"])
                try await rig.mounted(cache: cache) { (mount) async throws in
                    #expect(try await Self.hashes(mount).text == expected)
                }
            }
        }
    }

    @Test("S7.6: on a disk with no room at all files are read whole, with one warning")
    func full() async throws {
        try await Self.withImages(12) { rig, expected in
            try await withDisk("4m", in: rig) { disk in
                try await rig.mounted(cache: disk.appending("cache")) { (mount) async throws in
                    #expect(try await mount.shell("stat \"$M\"/jobs/\(JobName.invoice)/status.json").status == 0)
                    try await Shell.run("head -c 8m /dev/zero > \"$1\"/filler", [disk.string])
                    let found = try await Self.hashes(mount)
                    #expect(found.text == expected, "\(found.errors)")
                    // Jobs that were never seen before, too.
                    let markdown = rig.emulator.markdown(of: JobName.report) ?? ""
                    #expect(try await mount.bytes("jobs/\(JobName.report)/result.md") == Array(markdown.utf8))
                    #expect(try await mount.shell("tar -C \"$M\"/jobs -cf - \(JobName.report) | tar -tf -").status == 0)
                    #expect(mount.process.errors.components(of: "the cache cannot be written") == 1)
                }
            }
        }
    }

    @Test("S7.6: a disk that becomes read-only, and one that is from the start")
    func readOnly() async throws {
        try await Self.withImages(12) { rig, expected in
            try await withDisk("64m", in: rig) { disk in
                let cache = disk.appending("cache")
                try await rig.mounted(cache: cache) { (mount) async throws in
                    #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/result.md").status == 0)
                }
                let requests = rig.emulator.requests().count
                try await Shell.run("mount -o remount,ro \"$1\"", [disk.string])
                try await rig.mounted(cache: cache) { (mount) async throws in
                    // What is there is used, what is not is fetched.
                    #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/result.md").status == 0)
                    #expect(rig.emulator.requests().count == requests)
                    let found = try await Self.hashes(mount)
                    #expect(found.text == expected, "\(found.errors)")
                    #expect(mount.process.errors.components(of: "the cache cannot be written") == 1)
                }
                try await Shell.run("mount -o remount,rw \"$1\"", [disk.string])
            }
        }
    }
}

extension String {
    /// How often a text stands in this one.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
