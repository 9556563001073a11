import Dispatch

/// Runs work that blocks on the disk on threads of its own. How much goes on at a time is its callers' to bound.
struct ExportDisk: Sendable {
    private let queue = DispatchQueue(label: "pulsefs.export", attributes: .concurrent)

    func run<Value: Sendable, Problem: Error>(
        _ work: @escaping @Sendable () throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let outcome: Result<Value, Problem> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(Problem) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try outcome.get()
    }
}
