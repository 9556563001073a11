import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@Suite("The key stays secret", .takingTurns, .timeLimit(.minutes(10)))
struct SecretTests {
    private static let key = "pulse-secret-7f3a9c51d2e84b06"

    /// Everything a user might do, with and without success.
    private func use(_ rig: Rig, _ mount: MountedPulseFS) async throws {
        let look = "cd \"$M/jobs\"; for j in \"$@\"; do ls -l $j/images; cat $j/*; cat $j/images/nope.png; done"
        let jobs = [JobName.invoice, JobName.oddities, JobName.contoso, "no-such-job", JobName.processing]
        #expect(try await mount.shell(look, jobs).output.count > 1000)
        rig.emulator.set(.json("{\"job_id\": \"\(Self.key)\", "), on: .path("/job/garbled"))
        // A service that repeats what it was sent, as some do.
        let words = "The key \(Self.key) may not do this."
        rig.emulator.set(.status(402, message: words), on: .path("/job/echo-1"))
        rig.emulator.set(.status(500, shape: .html, message: words), on: .path("/job/echo-2"))
        rig.emulator.set(.status(403, message: words), on: .path("/results/\(JobName.report)/images/echo.png"))
        try await mount.shell("cat \"$M\"/jobs/{garbled,echo-1,echo-2,\(JobName.report)/images/echo.png}")
        rig.emulator.revoke(key: Self.key)
        #expect(try await mount.errno(of: "os.stat(p)", "jobs/split-loan-file") == "EACCES")
    }

    @Test("S4.3: the key is in no argument, message, control file or file of the cache", arguments: [true, false])
    func key(_ fromFile: Bool) async throws {
        let member = EmulatedKey(value: Self.key, alias: "secret", organization: .northwind)
        try await Rig.with(keys: [member]) { (rig) async throws in
            let file = rig.scratch.appending("key").string
            try await Shell.run("umask 077; echo \"$2\" > \"$1\"", [file, Self.key])
            try await rig.mounted(
                key: fromFile ? "" : Self.key,
                options: ["--timeout", "1s"] + (fromFile ? ["--api-key-file", file] : [])
            ) { (mount) async throws in
                try await use(rig, mount)
                #expect(rig.emulator.requests().contains { $0.keyAlias == "secret" })
                let found = try await mount.shell(
                    """
                    tr '\\0' '\\n' < /proc/$1/cmdline | grep -F "$2" && echo argument
                    cat "$M"/.pulsefs/* | grep -F "$2" && echo control file
                    grep -raF "$2" "$3" && echo cache
                    grep -F "$2" /proc/self/mountinfo && echo mount table
                    cat /proc/$1/task/*/comm | grep -F "$2" && echo thread
                    ls "$3" | wc -l
                    """, ["\(mount.daemon)", Self.key, rig.cache.string])
                #expect(found.lines.count == 1 && Int(found.lines[0]) ?? 0 > 0, "\(found.text)")
                #expect(!mount.process.errors.contains(Self.key), "\(mount.process.errors)")
                #expect(!String(decoding: mount.process.output, as: UTF8.self).contains(Self.key))
            }
            // What the end of the mount leaves counts too.
            #expect(try await Shell.run("grep -raF \"$1\" \"$2\"", [Self.key, rig.cache.string]).output.isEmpty)
        }
    }

    @Test(
        "S4.3: the key of a daemon is in neither its environment, its log nor a core", arguments: ["", "--foreground"],
        [true, false])
    func process(_ flag: String, _ fromFile: Bool) async throws {
        let member = EmulatedKey(value: Self.key, alias: "secret", organization: .northwind)
        try await Rig.with(keys: [member]) { (rig) async throws in
            let found = try await rig.script(
                """
                cd "$D"; ulimit -c unlimited; options=\(flag); key=$1
                if [ "$2" = file ]; then (umask 077; echo $1 > key); options="$options --api-key-file key"
                else export PULSE_API_KEY=$1; fi
                "$P" mount --verbose --log-file "$D/log" $options "$M" > "$D/out" 2>&1 &
                until_so grep -q mounted "$D/out"; unset PULSE_API_KEY; d=$(daemon "$M")
                cat "$M"/jobs/{\(JobName.invoice),no-such-job,\(JobName.contoso)}/* "$M"/.pulsefs/* > "$D/read" 2>&1
                for file in environ cmdline mountinfo; do
                  tr '\\0' '\\n' < /proc/$d/$file | grep -F $key && echo in $file
                done
                tr '\\0' '\\n' < /proc/$d/environ | grep -c ^PULSEFS_CACHE_DIR=
                awk '/Max core file size/ { print $5, $6 }' /proc/$d/limits
                kill -ABRT $d; ended $d; find / -xdev -maxdepth 1 -name 'core*' -newer "$D/out"; find "$D" -xdev -name 'core*'
                grep -F $key "$D/log" "$D/out" && echo in words; grep -raF $key "$PULSEFS_CACHE_DIR" && echo in cache
                grep -raF $key "$D/read" && echo read; grep -c mounted "$D/log"
                """, [Self.key, fromFile ? "file" : "environment"], environment: ["PULSE_API_KEY": ""])
            #expect(found.lines == ["1", "0 0", "1"], "\(found.text) \(found.errors)")
        }
    }

    @Test("S4.3: the key is sent to the API's own address alone")
    func otherHosts() async throws {
        try await Emulator.with { (stranger) async throws in
            let foreign = EmulatedJob(
                id: "foreign",
                result: .inline([
                    "markdown": "# Elsewhere\n",
                    "bounding_boxes": [
                        "Images": [
                            ["id": "a", "image_url": .string("\(stranger.baseURL)/pictures/a.png")]
                        ]
                    ],
                ]))
            try await Rig.mounted(adding: [foreign]) { (rig, mount) async throws in
                try await mount.shell("cat \"$M\"/jobs/foreign/images/*")
                rig.emulator.set(.redirect(to: "\(stranger.baseURL)/job/moved"), on: .path("/job/moved"))
                #expect(try await mount.errno(of: "os.stat(p)", "jobs/moved") == "EACCES")
                #expect(stranger.requests().contains { $0.path == "/job/moved" })
                #expect(stranger.requests().allSatisfy { $0.keyAlias == nil })
            }
        }
    }

    @Test("S4.4: cache directories are 0700 and files 0600, whatever the umask")
    func cacheModes() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            try await mount.shell("cat \"$M/jobs/$1\"/images/*", [JobName.report])
            let modes = try await Shell.run("find \"$1\" -printf '%y %m\\n' | sort -u", [rig.cache.string])
            #expect(modes.lines == ["d 700", "f 600"])
        }
    }
}
