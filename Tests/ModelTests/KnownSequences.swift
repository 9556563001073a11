/// Short ones, as the model printed them.
enum KnownSequences {
    static let all: [[Step]] = [
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
        // `cache prune` on a full disk, where the index has no room to be told.
        [
            .read(.json, of: .once, on: 0), .read(.image(2), of: .done, on: 0), .read(.markdown, of: .done, on: 0),
            .read(.image(1), of: .done, on: 0), .fillDisk, .stat(.image(2), of: .absent, on: 0),
            .map(.image(1), of: .once, on: 0), .end(.failing), .prune, .fault(.cut), .restoreKey, .killDaemon(0),
            .freeDisk, .list(.running, on: 0),
        ],
        // What the kernel has and the cache has not, of a job that the API forgets.
        [.read(.image(0), of: .done, on: 0), .prune, .read(.image(0), of: .done, on: 0), .forget(.done)],
        // And what the cache has.
        [.read(.image(0), of: .done, on: 0), .forget(.done), .mount(0)],
        // A result that can be fetched once is finished after an unmount, also where each answer is cut.
        [
            .fault(.cut), .readRange(from: 764, count: 101845, .image(1), of: .once, on: 0), .loseIndex,
            .stat(.markdown, of: .running, on: 0), .stat(.status, of: .running, on: 0), .wait(.once, on: 0), .mount(0),
        ],
        // Jobs that were seen with a key that is replaced.
        [
            .mount(0), .rotateKey, .restoreKey, .appear, .settle, .list(.others, on: 0), .map(.json, of: .done, on: 1),
            .listJobs(on: 0),
        ],
        // The clock is set back by a day, and forward by two.
        [
            .read(.markdown, of: .done, on: 0), .moveClock(-86_400), .read(.markdown, of: .once, on: 0), .end(.later),
            .wait(.later, on: 0), .killDaemon(0), .mount(0), .read(.json, of: .running, on: 0), .moveClock(86_400),
            .read(.json, of: .once, on: 0), .end(.running), .wait(.running, on: 0), .mount(1),
            .read(.image(1), of: .done, on: 1),
        ],
        [
            .moveClock(86_400), .mount(0), .read(.markdown, of: .once, on: 0), .moveClock(-3_700),
            .read(.json, of: .once, on: 0),
        ],
    ]
}
