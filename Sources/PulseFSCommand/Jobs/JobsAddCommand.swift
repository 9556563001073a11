import ArgumentParser
import JobCache
import PulseAPI

struct JobsAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make jobs known, so that mounts list them.",
        discussion: """
            Asks the API about each job, up to 16 at a time. A known job that has ended is not requested again. Prints a line \
            for each job that the API has: its id and its status. A result that came with the answer is in the cache \
            afterwards; pulsefs fetch downloads the rest.

              pulsefs jobs add 0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f
              cut -d, -f1 submitted.csv | pulsefs jobs add --from -

            Exit codes: 0 all are known now, 1 some are not (each reported on standard error, with the reason), 64 an id is \
            malformed (no request was sent), or wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var jobs: JobIDOptions
    @OptionGroup var library: CommandLibrary

    func run() async throws {
        let ids = try jobs.identifiers()
        try await library.complete("pulsefs jobs add") { library in await Self.add(ids, to: library) }
    }

    private static func add(_ ids: [JobID], to library: JobLibrary) async -> Bool {
        let width = ids.map(\.text.count).max() ?? 0
        var isComplete = true
        await OrderedWork.run(ids, atATime: CommandLibrary.width) { id in
            do throws(Failure) { return .success(try await library.ask(id).status) } catch { return .failure(error) }
        } deliver: { (id, outcome: Result<String, Failure>) in
            switch outcome {
            case .success(let status): Table.say([id.text, status], firstWidth: width)
            case .failure(let failure):
                isComplete = false
                guard !KeyRefusal.isTold() else { return }
                Terminal.complain("\(id): \(PrintableText.line(failure.words))")
            }
        }
        return isComplete
    }
}
