/// Short ones, as the model printed them.
enum KnownSequences {
    static let all: [[Step]] = short + [seedOfPruning].map(ModelTests.steps(seed:))

    /// `cache prune` on a full disk, where the index has no room to be told.
    private static let seedOfPruning: UInt64 = 247_395

    private static let short: [[Step]] = [
        // A result that can be fetched once, through an end, a kill and a second mount.
        [
            .read(.markdown, of: .once, on: 0), .killDaemon(0), .mount(0), .fault(.broken),
            .read(.markdown, of: .once, on: 0),
            .mount(1), .read(.json, of: .once, on: 1), .calm, .end(.later), .wait(.later, on: 1),
            .read(.markdown, of: .later, on: 0),
        ],
        // A result that is in the cache, for a key that is new, on a disk on which its grant cannot be written.
        [
            .settle, .fillDisk, .rotateKey, .mount(0), .read(.json, of: .once, on: 0),
            .read(.markdown, of: .once, on: 0),
        ],
        // What to read first is listed of a result that nobody has fetched.
        [.list(.once, on: 0)],
        // The names of a result that there is no room to fetch.
        [.fillDisk, .read(.image(2), of: .once, on: 0), .read(.noImage, of: .once, on: 0), .freeDisk],
    ]
}
