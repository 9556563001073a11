import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Sizes", .takingTurns, .timeLimit(.minutes(10)))
struct SizeTests {
    private static let count = 40
    private static let size = 50_000
    private let job = EmulatedJob.syntheticImages(id: "sizes", count: count, size: size)

    private func bytes(_ number: Int) -> [UInt8] { SyntheticImage(size: Self.size, seed: UInt64(number)).bytes }

    private func file(_ number: Int) -> String { "jobs/sizes/images/\(EmulatedJob.syntheticImageName(number))" }

    @Test(
        "S2.4 S2.5: `ls` asks for nothing, `ls -l` for sizes alone, once, also over a remount, and `cat` for bytes, once"
    )
    func listing() async throws {
        try await Rig.with(adding: [job]) { (rig) async throws in
            for pass in 1...2 {
                try await rig.mounted { (mount) async throws in
                    #expect(try await mount.shell("ls \"$M\"/jobs/sizes/images").lines.count == Self.count)
                    if pass == 1 { #expect(rig.emulator.imageHeads(of: "sizes") == 0) }
                    let listed = try await mount.shell("ls -l \"$M\"/jobs/sizes/images | grep -c ' \(Self.size) '")
                    #expect(listed.lines == ["\(Self.count)"], "\(listed.errors)")
                    #expect(rig.emulator.imageHeads(of: "sizes") == Self.count)
                    #expect(rig.emulator.imageRequests(of: "sizes") == (pass - 1) * 2)
                    for number in [1, 3] { #expect(try await mount.bytes(file(number)) == bytes(number)) }
                }
            }
            #expect(rig.emulator.imageRequests(of: "sizes") == 2)
        }
    }

    @Test(
        "S1.5 S2.4: tar, wc and cat have whole images with a GET each, whether the server answers HEAD or not",
        arguments: [true, false])
    func tools(answersHead: Bool) async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            rig.emulator.setFeatures { $0.head = answersHead }
            let expected = (1...Self.count).flatMap { bytes($0) }
            let tar = try await mount.shell("tar cf - -C \"$M\"/jobs/sizes images | tar xOf - --wildcards 'images/*'")
            #expect(tar.output == expected, "\(tar.errors)")
            let wc = try await mount.shell("wc -c \"$M\"/jobs/sizes/images/* | tail -n 1")
            #expect(wc.text.contains("\(Self.count * Self.size) total"))
            #expect(try await mount.shell("cat \"$M\"/jobs/sizes/images/*").output == expected)
            #expect(rig.emulator.imageRequests(of: "sizes") == Self.count)
            // Whoever reads one after the other is told the sizes with the bytes.
            #expect(rig.emulator.imageHeads(of: "sizes") == 1)
        }
    }

    @Test("S2.2 S2.5: cp -r of a job never seen before asks for each image once, and for one size")
    func copied() async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            let copy = try await mount.shell(
                "cp -r \"$M\"/jobs/sizes/images \"$1\"", [rig.scratch.appending("copy").string])
            #expect(copy.status == 0, "\(copy.errors)")
            let same = try await mount.shell(
                "diff -r \"$M\"/jobs/sizes/images \"$1\"", [rig.scratch.appending("copy").string])
            #expect(same.status == 0)
            #expect(rig.emulator.imageRequests(of: "sizes") == Self.count)
            #expect(rig.emulator.imageHeads(of: "sizes") == 1)
        }
    }

    /// Lists, and reads each name in an order of its own, with eight threads.
    private static let readers = """
        import os, random, sys, threading
        os.chdir(sys.argv[1])
        names, lock = os.listdir("."), threading.Lock()
        random.Random(1).shuffle(names)
        def read():
            while True:
                with lock:
                    if not names: return
                    name = names.pop()
                with open(name, "rb", buffering=0) as file:
                    while file.read(1 << 17): pass
        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """

    @Test("S2.2 S2.8: eight readers who list and then read in no order ask for each image once, and for few sizes")
    func readInNoOrder() async throws {
        let count = 400
        let job = EmulatedJob.syntheticImages(id: "sizes", count: count, size: 5_000)
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            let read = try await mount.shell("python3 -c \"$1\" \"$M/jobs/sizes/images\"", [Self.readers])
            #expect(read.status == 0, "\(read.errors)")
            #expect(rig.emulator.imageRequests(of: "sizes") == count)
            // The first look of each; and some where the machine kept a thread from reading at once.
            #expect(rig.emulator.imageHeads(of: "sizes") < count / 2)
        }
    }

    @Test("S2.4: an image that HEAD says is not there is absent, and one that only HEAD misses is there")
    func absent() async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            try await mount.shell("ls \"$M\"/jobs/sizes/images")
            rig.emulator.set(Fault(.status(404), on: .regex("image_0001"), method: "HEAD"))
            #expect(try await mount.bytes(file(1)) == bytes(1))
            #expect(rig.emulator.imageHeads(of: "sizes") == 1)
        }
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            try await mount.shell("ls \"$M\"/jobs/sizes/images; stat \"$M/$1\"", [file(2)])
            rig.emulator.set(Fault(.status(404), on: .regex("image_0001"), method: "HEAD"))
            #expect(try await mount.errno(of: "os.stat(p)", file(1)) == "ENOENT")
        }
    }

    @Test(
        "S1.5: an image of another size than was shown is an error to its reader, and whole to the next",
        arguments: [20_000, 90_000])
    func wrong(size: Int) async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            try await mount.shell("ls \"$M\"/jobs/sizes/images; stat \"$M/$1\"", [file(1)])
            rig.emulator.add(job: .syntheticImages(id: "sizes", count: Self.count, size: size))
            #expect(try await mount.errno(of: "open(p, 'rb').read()", file(1)) == "EIO")
            #expect(try await mount.bytes(file(1)) == SyntheticImage(size: size, seed: 1).bytes)
            #expect(try await mount.shell("stat -c %s \"$M/$1\"", [file(1)]).lines == ["\(size)"])
            #expect(rig.emulator.imageRequests(of: "sizes") == 1)
        }
    }
}
