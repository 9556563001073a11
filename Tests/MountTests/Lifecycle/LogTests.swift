import PulseEmulator
import PulseTestSupport
import Testing

@Suite("The log of a mount", .takingTurns, .timeLimit(.minutes(10)))
struct MountLogTests {
    @Test("S7.1: --log-file is its owner's alone, and is begun anew when it was renamed")
    func rotation() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                umask 0; cd "$D"; "$P" mount --log-file log mnt > /dev/null || exit
                stat -c %a log; mv log log.1; "$P" unmount mnt
                cat log.1 log | sed 's/^[-0-9T:.]*Z //'
                """)
            #expect(said.status == 0 && said.errors.whenQuick.isEmpty, "\(said.errors)")
            let lines = said.lines
            try #require(lines.count == 3, "\(lines)")
            #expect(lines[0] == "600")
            #expect(lines[1].hasPrefix("notice pulsefs.mount: mounted api=\(rig.emulator.baseURL) cache="))
            #expect(
                lines[2].hasSuffix(" directory=\(rig.scratch.appending("mnt"))")
                    && lines[2].contains(": unmounted api="))
        }
    }

    @Test(
        "S7.1: --verbose logs what fails, --quiet errors alone", arguments: [("--verbose", true), ("--quiet", false)])
    func levels(_ flag: String, _ isLogged: Bool) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                "$P" mount \(flag) --log-file "$D/log" "$M" > /dev/null || exit
                stat "$M/jobs/\(JobName.contoso)" 2> /dev/null; "$P" unmount "$M"; cat "$D/log"
                """)
            #expect(said.text.contains("mounted") == isLogged)
            #expect(said.text.contains("info pulsefs.api: an operation failed reason=") == isLogged, "\(said.text)")
        }
    }

    @Test("S7.1: a log that cannot be written, or would be in the mount, is refused in one line")
    func refused() async throws {
        try await Rig.with { (rig) async throws in
            for name in ["$D/none/log", "$M/log"] {
                let said = try await rig.script("\"$P\" mount --log-file \"\(name)\" \"$M\"; echo $?; mounts")
                #expect(said.text == "1\n")
                #expect(said.errors.contains("--log-file") && said.errors.split(separator: "\n").count == 1)
            }
        }
    }

    @Test("S7.1: lines for the journal have their level in front, and others their time")
    func journal() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                for stream in 'stat -c %d:%i' 'echo 0:'; do
                  (exec 2> "$D/errors"; JOURNAL_STREAM=$($stream "$D/errors") exec "$P" mount --verbose --foreground "$M" > "$D/out") &
                  until_so grep -q mounted "$D/out"; stat "$M/jobs/\(JobName.contoso)" 2> /dev/null; kill $!; wait $!; head -n 1 "$D/errors"; rm "$D/out"
                done
                """)
            try #require(said.lines.count == 2, "\(said.text) \(said.errors)")
            #expect(said.lines[0].hasPrefix("<5>pulsefs.mount: mounted "))
            #expect(said.lines[1].contains("Z info pulsefs.api: an operation failed reason="))
        }
    }

    @Test(
        "S7.1: without --log-file a background mount logs to syslog", .enabled(if: Privilege.isRoot, Privilege.comment))
    func syslog() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                mkdir "$D/dev"; mount -t tmpfs none "$D/dev"
                for name in null zero random urandom tty fuse; do cp -a /dev/$name "$D/dev/"; done
                ln -s /proc/self/fd "$D/dev/fd"
                mount --bind "$D/dev" /dev
                timeout 50 python3 - > "$D/said" <<'PY' &
                import socket
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/dev/log")
                while True: print(s.recv(65536).decode(), flush=True)
                PY
                until_so test -S /dev/log
                "$P" mount "$M" > /dev/null && d=$(daemon "$M") && "$P" unmount "$M"
                until_so grep -q unmounted "$D/said"; kill %1
                sed "s/\\[$d\\]/[PID]/" "$D/said"; umount /dev
                """, isApart: true)
            try #require(said.lines.count == 2, "\(said.text) \(said.errors)")
            // The daemon facility and the level, notice, in one number (syslog(3)).
            #expect(
                said.lines[0].hasPrefix("<29>") && said.lines[0].contains(" pulsefs[PID]: pulsefs.mount: mounted api="))
            #expect(said.lines[1].contains("pulsefs.mount: unmounted"))
        }
    }
}
