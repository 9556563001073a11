import Dispatch

/// Runs work that blocks on the disk on threads of its own: fsync of a large file must not hold up a task.
struct DiskQueue: Sendable {
    /// Nil when the work is done at once.
    private let queue: DispatchQueue?
    private let seats: Seats

    /// At most `width` pieces of work at a time; 0 is for work that is done at once, by whoever wants it.
    init(label: String, width: Int) {
        queue = width > 0 ? DispatchQueue(label: label, attributes: .concurrent) : nil
        seats = Seats(width)
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws(StoreError) -> Value) async throws(StoreError)
        -> Value
    {
        guard let queue else { return try work() }
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
