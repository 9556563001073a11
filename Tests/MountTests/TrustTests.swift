import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// Whom a mount believes.
@Suite("Trust", .timeLimit(.minutes(5)))
struct TrustTests {
    @Test(
        "S4.5 a file of settings that others can write is refused by every command in one line, and nobody gets the key"
    )
    func settings() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                unset PULSE_API_URL; export XDG_CONFIG_HOME="$D/config"; mkdir -p "$D/config/pulsefs"
                printf 'api-url = "%s"\n' "$URL" > "$D/config/pulsefs/config.toml"; chmod 666 "$D/config/pulsefs/config.toml"
                for words in "mount $M" "jobs add \(JobName.invoice)" "wait \(JobName.invoice)" "fetch \(JobName.invoice)" "cache info"; do
                    "$P" $words 2>&1 >/dev/null | sed "s,$D,D,"; echo ${PIPESTATUS[0]}
                done
                "$P" doctor | grep -c 'can be written by others'
                chmod 600 "$D/config/pulsefs/config.toml"; chmod 777 "$D/config"
                "$P" jobs list 2>&1 | sed "s,$D,D,g"
                chmod 700 "$D/config"; "$P" config > /dev/null; echo $?
                """, environment: ["URL": rig.emulator.baseURL])
            let one =
                "pulsefs: D/config/pulsefs/config.toml can be written by others: run chmod go-w"
            #expect(said.lines.filter { $0.hasPrefix(one) }.count == 5, "\(said.text) \(said.errors)")
            #expect(said.lines.filter { $0 == "1" || $0 == "2" || $0 == "64" || $0 == "78" }.count >= 5, "\(said.text)")
            #expect(said.lines.contains { $0.contains("D/config can be written by others, who could replace") })
            #expect(said.lines.last == "0")
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S4.5 FIFOs in the cache hang no start and no read")
    func fifos() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                "$P" mount "$M" > /dev/null && cat "$M/jobs/\(JobName.invoice)/result.md" | md5sum && "$P" unmount "$M"
                C=$PULSEFS_CACHE_DIR
                for d in spool claims aside quarantine blobs blobs/* blobs/*/*; do mkfifo "$C/$d/0-fifo"; done
                for f in "$C"/blobs/*/*/*; do [ -f "$f" ] && rm "$f" && mkfifo "$f"; done
                timeout 20 "$P" mount "$M" > /dev/null; echo $?
                timeout 20 cat "$M/jobs/\(JobName.invoice)/result.md" | md5sum
                timeout 20 "$P" unmount "$M"; echo $?
                timeout 20 "$P" cache verify > /dev/null; [ $? != 124 ] && echo ended
                """, timeout: 120)
            #expect(
                said.lines.count == 5 && said.lines[1] == "0" && said.lines[3...] == ["0", "ended"],
                "\(said.text) \(said.errors)")
            #expect(said.lines.first == said.lines.dropFirst(2).first, "\(said.text)")
        }
    }

    @Test(
        "S4.6 an image at an address that is not asked is EACCES at once, explained, and hurts no other; one that climbs is none"
    )
    func addresses() async throws {
        let result: JSONNode = [
            "markdown": "x",
            "bounding_boxes": [
                "Images": [
                    ["id": "a", "image_url": .string("http://169.254.169.254/latest/meta-data/a.png")],
                    ["id": "b", "image_url": .string("http://10.255.255.1/b.png")],
                    ["id": "c", "image_url": .string("http://0x0a000001/c.png")],
                    ["id": "d", "image_url": .hosted("/results/links/images/..%2f..%2f..%2fjob%2f\(JobName.invoice)")],
                    ["id": "e", "image_url": .hosted("/large_results/\(JobName.report)/e.png")],
                ]
            ],
        ]
        try await Rig.mounted(adding: [EmulatedJob(id: "links", result: .inline(result))]) {
            (rig, mount) async throws in
            let began = ContinuousClock.now
            let listed = try await mount.shell(
                "ls \"$M/jobs/links/images\"; ls -l \"$M/jobs/links/images\"; cat \"$M/jobs/links/index.html\" > /dev/null"
            )
            #expect(listed.lines.prefix(4) == ["a.png", "b.png", "c.png", "e.png"], "\(listed.text)")
            for name in ["a.png", "b.png", "c.png"] {
                #expect(try await mount.errno(of: "open(p, 'rb').read()", "jobs/links/images/\(name)") == "EACCES")
                let said = try await rig.pulsefs("explain", mount.path.appending("jobs/links/images/\(name)").string)
                #expect(said.text.contains("not asked on behalf of a document"), "\(said.text)")
                #expect(said.text.contains("an address inside this machine or a private network"))
            }
            #expect(try await mount.errno(of: "open(p, 'rb').read()", "jobs/links/images/e.png") == "EIO")
            // Names that someone types go nowhere else either.
            for name in ["..%2f..%2f..%2fjob%2fx", "%252e%252e%252fx", "..\\..\\job", "..%5cx"] {
                #expect(try await mount.errno(of: "os.stat(p)", "jobs/links/images/\(name)") == "ENOENT")
            }
            #expect(began.duration(to: .now) < .seconds(15))
            #expect(
                rig.emulator.requests().allSatisfy { $0.path == "/job/links" }, "\(rig.emulator.requests().map(\.path))"
            )
            #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/images/*").status == 0)
            let log = try await mount.shell("cat \"$M\"/.pulsefs/metrics")
            #expect(log.text.contains("forbidden_address"))
        }
    }
}
