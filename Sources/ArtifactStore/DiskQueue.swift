import Dispatch

/// Runs work that blocks on the disk on threads of its own: fsync of a large file must not hold up a task.
struct DiskQueue: Sendable {
    private let queue: DispatchQueue
    private let seats: Seats

    /// At most `width` pieces of work at a time.
    init(label: String, width: Int) {
        queue = DispatchQueue(label: label, attributes: .concurrent)
        seats = Seats(width)
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws(StoreError) -> Value) async throws(StoreError)
        -> Value
    {
        let seat = await seats.takeInAnyCase()
        defer { withExtendedLifetime(seat) {} }
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(StoreError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
