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
                #expect(said.text.contains("does not send requests there for a document"), "\(said.text)")
                #expect(said.text.contains("an address of this machine or of a private network"))
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

    @Test(
        "S4.7 a command that waits for hours has the key neither in its environment nor in a core, nor have the programs it starts"
    )
    func waitingCommands() async throws {
        let running = JobName.processing
        try await Rig.with { (rig) async throws in
            for words in [["wait", running], ["fetch", "--watch", "list"]] {
                let said = try await rig.script(
                    """
                    cd "$D"; ulimit -c unlimited; echo \(running) > list
                    "$P" \(words.joined(separator: " ")) > out 2>&1 & d=$!
                    until_so grep -qz ^PULSEFS_CACHE_DIR= /proc/$d/environ
                    until_so grep -q '^Max core file size *0 *0' /proc/$d/limits
                    tr '\\0' '\\n' < /proc/$d/environ | grep -c '^PULSE_API_KEY=.'
                    tr '\\0' '\\n' < /proc/$d/environ | grep -cF "$PULSE_API_KEY"
                    sleep 1; running $d && echo waits; kill -ABRT $d; ended $d; ls core* 2> /dev/null
                    """)
                #expect(said.lines == ["0", "0", "waits"], "\(words): \(said.text) \(said.errors)")
            }
        }
    }

    @Test("S4.7 a mount in the background keeps no descriptor of its caller, whose lock is free afterwards")
    func descriptors() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                cd "$D"; : > lock; : > other
                ( flock 9; "$P" mount "$M" > /dev/null ) 9> lock 8< other
                flock -n lock echo free
                d=$(daemon "$M"); ls -l /proc/$d/fd | grep -cE "$D/(lock|other)"
                "$P" unmount "$M"; echo $?
                """)
            #expect(said.lines == ["free", "0", "0"], "\(said.text) \(said.errors)")
        }
    }

    @Test("S4.7 a password in the API's address is repeated by no error and no listing")
    func password() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                for a in http://user:hunter2@127.0.0.1:1 https://user:hun/ter2@h hunter2@h; do
                    for words in "mount $M" "wait a" "config" "doctor"; do "$P" $words --api-url $a; PULSE_API_URL=$a "$P" $words; done
                done 2>&1
                """)
            #expect(!said.text.contains("ter2"), "\(said.text)")
            #expect(said.text.contains("has a user or a password in it"))
        }
    }

    @Test("S4.1 while the key is refused the log names no job")
    func logOfRefusal() async throws {
        try await Rig.mounted(options: KeyScript.quick) { (rig, mount) async throws in
            try await mount.shell(
                "cat \"$M/jobs/no-such-job/result.md\" \"$M/jobs/\(JobName.contoso)/result.md\"; ls \"$M/jobs/\(JobName.invoice)\""
            )
            #expect(try await mount.shell("cat \"$M/.pulsefs/log\"").text.contains("no-such-job"))
            rig.emulator.revoke(key: TestKeys.northwind)
            try await mount.wait(forKeyState: "refused")
            let log = try await mount.shell("cat \"$M/.pulsefs/log\"").text
            #expect(log.contains("key_closed"))
            for job in ["no-such-job", JobName.contoso, JobName.invoice] { #expect(!log.contains(job), "\(log)") }
        }
    }

    @Test("S4.3 a key that the API sends back in any disguise is in no log and no explanation")
    func echoedKey() async throws {
        let key = TestKeys.northwind
        let disguises = [
            key, key.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined(),
            key.utf8.map { "%" + String($0, radix: 16) }.joined(), Data(key.utf8).base64EncodedString(),
            Data("x\(key)".utf8).base64EncodedString(), Data("a key: \(key)!".utf8).base64EncodedString(),
        ]
        try await Rig.mounted { (rig, mount) async throws in
            for (number, disguise) in disguises.enumerated() {
                let body = "{\"error\":{\"code\":\"X\",\"message\":\"your key \(disguise) is odd\"}}"
                let head =
                    "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                rig.emulator.set(.garbage("\(head)\r\n\(body)"), on: .path("/job/odd-\(number)"))
                try await mount.shell("cat \"$M/jobs/odd-\(number)/result.md\"")
                let said = try await rig.pulsefs("explain", mount.path.appending("jobs/odd-\(number)").string)
                let log = try await mount.shell("cat \"$M/.pulsefs/log\"")
                for text in [said.text, log.text] {
                    #expect(text.contains("<API key>"), "\(number): \(text)")
                    #expect(!disguises.contains { text.contains($0) }, "\(number): \(text)")
                }
            }
        }
    }

    @Test("S7.9 a private authority is named by a flag, a variable or as for curl, and the doctor says which is in use")
    func authorities() async throws {
        try await Rig.with { (rig) async throws in
            try await UntrustedServer.with(in: rig.scratch) { (server) async throws in
                let file = server.certificate.string
                let ways: [(words: [String], variables: [String: String], place: String)] = [
                    (["--ca-file", file], [:], "--ca-file"), ([], ["PULSEFS_CA_FILE": file], "PULSEFS_CA_FILE"),
                    ([], ["CURL_CA_BUNDLE": file, "SSL_CERT_FILE": "/dev/null"], "CURL_CA_BUNDLE"),
                    ([], ["SSL_CERT_FILE": file, "SSL_CERT_DIR": "/nonexistent"], "SSL_CERT_FILE, SSL_CERT_DIR"),
                    ([], [:], ""),
                ]
                for way in ways {
                    let none = ["CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "", "SSL_CERT_DIR": ""]
                    let said = try await Shell.run(
                        "\"$P\" doctor --api-url \"$A\" \"$@\" | grep -E '^[a-z]*.(api|certificates)'", way.words,
                        environment: rig.environment().merging(none) { $1 }.merging(way.variables) { $1 }
                            .merging(["A": server.address]) { $1 })
                    #expect(said.text.contains("is not trusted") == way.place.isEmpty, "\(way): \(said.text)")
                    let place = way.place.isEmpty ? "those of the system" : "\(file)"
                    #expect(
                        said.text.contains(place) && (way.place.isEmpty || said.text.contains(way.place)),
                        "\(way): \(said.text)")
                }
                let missing = try await rig.pulsefs("wait", "a", "--ca-file", "/nonexistent.pem")
                #expect(missing.status == 4 && missing.errors.contains("--ca-file: /nonexistent.pem cannot be read"))
            }
        }
    }
}
