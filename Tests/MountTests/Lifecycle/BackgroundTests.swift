import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Background mounts", .takingTurns, .timeLimit(.minutes(10)))
struct BackgroundTests {
    @Test("S7.1: a background mount has a session of its own, the root as its directory, and no terminal")
    func detached() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                cd "$D"; "$P" mount mnt > /dev/null || exit; d=$(daemon "$M")
                echo "$(ps -o sid= -p $d | tr -d ' ')" $d
                readlink /proc/$d/cwd /proc/$d/fd/0 /proc/$d/fd/1 /proc/$d/fd/2
                kill -HUP $d; cat "$M/README.txt" > /dev/null && echo alive
                "$P" unmount mnt && ! running $d && echo gone
                """)
            #expect(said.status == 0 && said.errors.whenQuick.isEmpty, "\(said.errors)")
            let lines = said.lines
            let ids = lines.first?.split(separator: " ") ?? []
            #expect(ids.count == 2 && ids.first == ids.last)
            #expect(lines.dropFirst() == ["/", "/dev/null", "/dev/null", "/dev/null", "alive", "gone"])
        }
    }

    @Test(
        "S7.1: a mount in the background reads its options in both spellings, and a mistake is told as in the foreground"
    )
    func spellings() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                "$P" mount --timeout=7s --umask 0027 --no-allow-other --quiet "$M" > /dev/null || exit
                tr '\\0' ' ' < /proc/$(daemon "$M")/cmdline; echo; stat -c %a "$M/README.txt"
                "$P" unmount "$M"
                for words in "--timeout x" "--timeout" "--timeout=" "--timeout 1s --timeout x" "--quiet --verbose" "--umask 9 --x" \\
                    "--allow-other=yes" "--cache-size 1Q" "--large-results maybe" "--api-url ftp://x" "--nonsense" "-x" "a"; do
                    "$P" mount $words "$M" > "$D/background" 2>&1; background=$?
                    "$P" mount --foreground $words "$M" > "$D/foreground" 2>&1; foreground=$?
                    [ $background != 0 ] && [ $background = $foreground ] || echo "$words: $background, $foreground"
                    cmp -s "$D/background" "$D/foreground" || cat "$D/background" "$D/foreground"
                done
                """)
            #expect(said.status == 0, "\(said.errors)")
            let lines = said.lines
            #expect(lines.first?.contains(" --timeout=7s --no-allow-other --umask=0027 ") == true, "\(said.text)")
            #expect(lines.dropFirst() == ["440"], "\(said.text)")
        }
    }

    @Test("S7.1: a background mount survives the end of the terminal that it was started on")
    func terminal() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                script -qec '"$P" mount "$M"; ps -o sid= -p $$ > "$D/session"' /dev/null < /dev/null > /dev/null
                while pgrep -s "$(tr -d ' ' < "$D/session")" > /dev/null; do sleep 0.02; done
                cat "$M/jobs/\(JobName.invoice)/result.md"
                """, environment: ["M": rig.scratch.appending("mnt").string])
            #expect(said.status == 0, "\(said.errors)")
            #expect(said.text == rig.emulator.markdown(of: JobName.invoice))
        }
    }

    @Test("S7.1: a mount whose command has gone away before it was usable is not left behind")
    func unheard() async throws {
        try await Rig.with { (rig) async throws in
            // What would be the command's reading end is closed.
            let said = try await rig.script(
                "printf %s $PULSE_API_KEY | { \"$P\" mount --foreground --detached \"$M\"; echo $? > \"$D/code\"; } | true\n"
                    + "until_so test -s \"$D/code\"; cat \"$D/code\"; mounts")
            #expect(said.text == "0\n", "\(said.text) \(said.errors)")
        }
    }

    @Test("S7.2: a key file named relative to where the mount was started is read again from there")
    func relativeKeyFile() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                cd "$D"; (umask 077; echo $PULSE_API_KEY > key); unset PULSE_API_KEY
                "$P" mount --api-key-file key --auth-ttl 1 --log-file log mnt > /dev/null || exit
                (umask 077; echo \(TestKeys.northwindSecond) > new); mv new key
                until_so sh -c 'cat "$0/README.txt" "$0/jobs/\(JobName.invoice)/status.json"; \
                grep key_replaced "$0/.pulsefs/log"' "$M"
                """)
            #expect(said.status == 0 && said.output.isEmpty, "\(said.text) \(said.errors)")
        }
    }
}
