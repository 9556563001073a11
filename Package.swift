// swift-tools-version: 6.2
import PackageDescription

/// Every target: a C import or a dependency never leaks into an interface unless it says so, and in CI a warning fails the build.
let house: [SwiftSetting] =
    [
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// The fuzzer alone: it links with libFuzzer, which no other build has. `scripts/fuzz` says where that is.
let fuzzing: [Target] =
    Context.environment["PULSEFS_FUZZING"].map { runtime in
        [
            .systemLibrary(name: "CFuzzing", path: "Tests/CFuzzing"),
            .executableTarget(
                name: "Fuzzing",
                dependencies: [
                    "CFuzzing", "PulseFS", "Settings", "JobCache", "System", "ArtifactStore", "Pages", "Parts",
                    "PulseAPI",
                    "JSONStream", "SharedStore",
                    "Transfer", "Quantities", "PulseTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
                    .product(name: "SystemPackage", package: "swift-system"),
                ],
                path: "Tests/Fuzzing", exclude: ["Corpus"], swiftSettings: house,
                linkerSettings: [.unsafeFlags([runtime, "-lstdc++"])]),
        ]
    } ?? []

let package = Package(
    name: "PulseFS",
    products: [
        .executable(name: "pulsefs", targets: ["PulseFSCommand"]),
        .executable(name: "pulse-emulator", targets: ["PulseEmulatorCommand"]),
        .library(name: "PulseFS", targets: ["PulseFS"]),
        .library(name: "PulseEmulator", targets: ["PulseEmulator", "PulseEmulatorFixtures"]),
        // Preloaded into the program by tests.
        .library(name: "FailingCalls", type: .dynamic, targets: ["FailingCalls"]),
        .library(name: "ShiftedClock", type: .dynamic, targets: ["ShiftedClock"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    // Requests flow down this list, values come back up.
    targets: [
        // Parse the command line, configure, run: one file per subcommand.
        .executableTarget(
            name: "PulseFSCommand",
            dependencies: [
                "Doctor", "MountHost", "PulseFS", "Settings", "JobCache", "ArtifactStore", "PulseAPI", "SharedStore",
                "System",
                "Quantities", "CRevision",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // What `pulsefs doctor` looks at, one check per file: facts in, a Checkup out. Nothing but the command knows it.
        .target(
            name: "Doctor",
            dependencies: [
                "MountHost", "PulseFS", "Settings", "JobCache", "FUSE", "ArtifactStore", "PulseAPI", "SharedStore",
                "Transfer",
                "System", "Quantities", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // The world around a mount: who may mount where, what is mounted already, and its end; logs, secrecy, readiness.
        .target(
            name: "MountHost",
            dependencies: [
                "PulseFS", "Settings", "JobCache", "FUSE", "PulseAPI", "System", "Quantities",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // The file system: the tree of a mount, the errno table, control files, pages, export, mount wiring.
        .target(
            name: "PulseFS",
            dependencies: [
                "Settings", "JobCache", "FUSE", "ArtifactStore", "Pages", "Parts", "PulseAPI", "JSONStream",
                "SharedStore",
                "Transfer",
                "Quantities",
                "System",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // TOML, environment and flags in, one value of options out; nothing else reads TOML.
        .target(
            name: "Settings",
            dependencies: [
                "JobCache", "ArtifactStore", "PulseAPI", "SharedStore", "Transfer", "System", "Quantities",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: house),
        // Jobs and their bytes: what is known of them, fetched, kept, shared and waited for; knows no kernel and no settings files.
        .target(
            name: "JobCache",
            dependencies: [
                "ArtifactStore", "Parts", "PulseAPI", "JSONStream", "SharedStore", "Transfer", "Quantities", "System",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // Edge to the kernel: session, requests answered exactly once, kernel caches.
        .target(
            name: "FUSE",
            dependencies: ["CFuse", "Quantities", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: house),
        // Shim over libfuse3 (libfuse3-dev), which is opened when something is mounted: other commands run without it.
        .target(name: "CFuse", linkerSettings: [.linkedLibrary("dl")]),
        // A result in, the files made of it out: pages, tables, values; knows no network, kernel or store.
        .target(name: "Parts", dependencies: ["Pages", "PulseAPI", "JSONStream", "Quantities"], swiftSettings: house),
        // Values in, HTML out: the page of a job, and the page of all jobs; knows no network, kernel or store.
        .target(
            name: "Pages",
            dependencies: ["CMarkdown", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: house),
        // Shim over cmark-gfm (libcmark-gfm-dev, libcmark-gfm-extensions-dev), and memory for its trees.
        .target(
            name: "CMarkdown",
            linkerSettings: [.linkedLibrary("cmark-gfm-extensions"), .linkedLibrary("cmark-gfm")]),
        // Bytes and facts on disk: index, blobs, grants; no network, no kernel.
        .target(
            name: "ArtifactStore",
            dependencies: [
                "System", "Quantities",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // The remote service and nothing else: endpoints, wire types, typed errors, redacted key.
        .target(name: "PulseAPI", dependencies: ["JSONStream", "Transfer", "Quantities"], swiftSettings: house),
        // A streaming reader of JSON: bytes in, events with ranges out, in bounded memory; knows no Pulse.
        .target(
            name: "JSONStream",
            dependencies: ["System", "Quantities", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: house),
        // A store that many machines share, on an S3-compatible engine: requests, names, seals; knows no Pulse, kernel or cache.
        .target(
            name: "SharedStore",
            dependencies: [
                "Transfer", "System", "Quantities",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // Edge to the network: requests with bodies in, bytes to a sink, exact causes of failure; knows no Pulse.
        .target(name: "Transfer", dependencies: ["CCurl", "Quantities"], swiftSettings: house),
        // Shim over libcurl (libcurl4-openssl-dev), which is opened for the first request.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
        // The operating system as Swift types: files, directories, processes, who may do what. What is above it, but FUSE, Transfer
        // and Pages, has no C of its own.
        .target(
            name: "System",
            dependencies: [
                "CDigest", "CFiles", "CMemory", "CProcess", "Quantities",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // Module map and shim over libxxhash.
        .systemLibrary(name: "CDigest", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        // Shim over what glibc hides of files: renameat2(2), syncfs(2), memfd_create(2), fallocate(2), ioctl_ficlone(2).
        .systemLibrary(name: "CFiles"),
        // Shim over the C library's heaps.
        .target(name: "CMemory"),
        // Shim over prctl(2), getxattr(2) and syslog(3).
        .systemLibrary(name: "CProcess"),
        // Numbers from outside: bytes, moments, and arithmetic that does not trap.
        .target(name: "Quantities", swiftSettings: house),
        // The jobs of the demo and the tests: documents, their pictures, and answers of every shape.
        .target(name: "PulseEmulatorFixtures", dependencies: ["PulseEmulator"], swiftSettings: house),
        // An HTTP server that behaves like the API, for the jobs that it is given; imports none of the above.
        .target(
            name: "PulseEmulator",
            dependencies: ["CZlib", .product(name: "HummingbirdCore", package: "hummingbird")],
            swiftSettings: house),
        // Module map over zlib.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .executableTarget(
            name: "PulseEmulatorCommand",
            dependencies: [
                "PulseEmulator", "PulseEmulatorFixtures",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),
        // Makes caches, an origin and a long cable, and times the file system from within, for scripts/bench.
        .executableTarget(
            name: "PulseBenchmark",
            dependencies: [
                "CTunnel", "PulseFS", "Settings", "JobCache", "FUSE", "ArtifactStore", "Pages", "Parts", "PulseAPI",
                "JSONStream",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // Many mounts that share a store, on a clock that stands still while something is done, for scripts/fleet-simulate.
        .executableTarget(
            name: "FleetSimulate",
            dependencies: [
                "CSchedule", "PulseFS", "Settings", "JobCache", "ArtifactStore", "PulseAPI", "SharedStore", "Transfer",
                "Quantities",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // Shim over the hook of Swift's runtime by which all tasks of a process run on one thread, in one order.
        .target(name: "CSchedule"),
        // The revision that this was built from, as scripts/lib/revision says it.
        .target(
            name: "CRevision",
            cSettings: Context.environment["PULSEFS_REVISION"].map {
                [.define("PULSEFS_REVISION", to: "\"\($0)\"")]
            } ?? []),
        // Module map and shim over the kernel's TUN devices and network namespaces.
        .systemLibrary(name: "CTunnel"),
        // Scratch directories, a clock, shells with a time limit, and mounts in a process of their own, for the tests.
        .target(
            name: "PulseTestSupport",
            dependencies: ["JSONStream", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/PulseTestSupport", swiftSettings: house),
        // Stands between a program and the C library, and lets the one call fail that a test names.
        .target(
            name: "FailingCalls", dependencies: ["CFailingCalls"], path: "Tests/FailingCalls",
            linkerSettings: [.linkedLibrary("dl")]),
        // Moves the time of day of a program.
        .target(name: "ShiftedClock", path: "Tests/ShiftedClock", linkerSettings: [.linkedLibrary("dl")]),
        // What the library of failing calls and a test have in common.
        .systemLibrary(name: "CFailingCalls", path: "Tests/CFailingCalls"),
        .testTarget(
            name: "FUSETests",
            dependencies: ["FUSE", "PulseTestSupport", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: house),
        .testTarget(
            name: "ArtifactStoreTests",
            dependencies: [
                "ArtifactStore", "System", "PulseTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(name: "PartsTests", dependencies: ["Parts", "PulseAPI", "JSONStream"], swiftSettings: house),
        .testTarget(name: "PagesTests", dependencies: ["Pages", "PulseTestSupport"], swiftSettings: house),
        .testTarget(
            name: "PulseAPITests",
            dependencies: [
                "PulseAPI", "JSONStream", "PulseEmulator", "PulseEmulatorFixtures", "Transfer", "Quantities",
                "PulseTestSupport",
            ],
            swiftSettings: house),
        // A home directory with files of settings in it, for tests.
        .target(
            name: "SettingsTestSupport",
            dependencies: [
                "Settings", "System", "PulseTestSupport", .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/SettingsTestSupport", swiftSettings: house),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "Settings", "JobCache", "ArtifactStore", "PulseAPI", "SharedStore", "System", "SettingsTestSupport",
                "PulseTestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "DoctorTests",
            dependencies: [
                "Doctor", "MountHost", "PulseFS", "Settings", "JobCache", "FUSE", "ArtifactStore", "PulseAPI",
                "SharedStore",
                "Transfer", "System", "SettingsTestSupport", "PulseTestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "MountHostTests",
            dependencies: [
                "MountHost", "PulseFS", "JobCache", "FUSE", "System", "PulseTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        // A clock for what grows old within a library, for tests.
        .target(
            name: "JobCacheTestSupport", dependencies: ["JobCache", "ArtifactStore"],
            path: "Tests/JobCacheTestSupport", swiftSettings: house),
        .testTarget(
            name: "JobCacheTests",
            dependencies: [
                "JobCache", "ArtifactStore", "PulseAPI", "SharedStore", "Transfer", "Quantities", "JobCacheTestSupport",
                "PulseTestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "PulseFSTests",
            dependencies: [
                "PulseFS", "Settings", "JobCache", "FUSE", "ArtifactStore", "PulseAPI", "SharedStore", "Transfer",
                "Quantities",
                "PulseEmulator", "PulseEmulatorFixtures", "JobCacheTestSupport", "PulseTestSupport", "System",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "FleetSimulateTests", dependencies: ["FleetSimulate", "PulseTestSupport"], swiftSettings: house),
        .testTarget(name: "PulseBenchmarkTests", dependencies: ["PulseBenchmark"], swiftSettings: house),
        .testTarget(name: "JSONStreamTests", dependencies: ["JSONStream", "PulseTestSupport"], swiftSettings: house),
        .testTarget(name: "QuantitiesTests", dependencies: ["Quantities", "PulseTestSupport"], swiftSettings: house),
        .testTarget(
            name: "TransferTests", dependencies: ["Transfer", "Quantities", "PulseTestSupport"], swiftSettings: house),
        .testTarget(
            name: "SharedStoreTests",
            dependencies: [
                "SharedStore", "Transfer", "Quantities", "PulseTestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "PulseEmulatorTests", dependencies: ["PulseEmulator", "PulseEmulatorFixtures"], swiftSettings: house),
        // A plain model of what is promised, beside a real mount.
        .testTarget(
            name: "ModelTests",
            dependencies: [
                "PulseEmulator", "PulseEmulatorFixtures", "PulseTestSupport", "PulseFSCommand", "PulseEmulatorCommand",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "MountTests",
            dependencies: [
                "CFailingCalls", "PulseEmulator", "PulseEmulatorFixtures", "PulseTestSupport", "PulseFSCommand",
                "PulseEmulatorCommand",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
    ] + fuzzing
)
