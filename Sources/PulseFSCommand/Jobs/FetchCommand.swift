import ArgumentParser
import PulseAPI
import PulseFS

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Bring whole jobs into the cache, so that reading them needs no network.",
        discussion: """
            Fetches the result, every image that it lists, and the form, up to 16 at a time; what is in the cache already is \
            not fetched again. A result that can be downloaded only once is fetched too, also for mounts with \
            --large-results=manual, which show it a second later.

              pulsefs fetch 0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f
              pulsefs fetch --from ids.txt && cp -r ~/pulse/jobs/* archive/

            Prints a line for each job that is whole: its id, and the files and bytes that are in the cache. A job that is \
            still running is not waited for.

            Exit codes: 0 all are whole, 1 some are not (each named on standard error, with the reason), 64 an id is \
            malformed (nothing was asked), or wrong usage.
            """)

    @OptionGroup var jobs: JobIDOptions
    @OptionGroup var library: CommandLibrary

    func run() async throws {
        let ids = try jobs.identifiers()
        try await library.complete("pulsefs fetch") { library in await Self.fetch(ids, into: library) }
    }

    private static func fetch(_ ids: [JobID], into library: JobLibrary) async -> Bool {
        let places = Places(CommandLibrary.width)
        let width = ids.map(\.text.count).max() ?? 0
        var isComplete = true
        await OrderedWork.run(ids, atATime: CommandLibrary.width) { id in
            do throws(Failure) { return .success(try await library.fetchWhole(id, places)) } catch {
                return .failure(error)
            }
        } deliver: { (id, outcome: Result<FetchedJob, Failure>) in
            let problem: String?
            switch outcome {
            case .success(let job):
                problem = job.problem
                if problem == nil {
                    Table.say([id.text, "\(job.files)", byteText(job.bytes)], firstWidth: width)
                }
            case .failure(let failure): problem = failure.words
            }
            guard let problem else { return }
            isComplete = false
            Terminal.complain("\(id): \(ErrorLine.printable(problem))")
        }
        return isComplete
    }
}
