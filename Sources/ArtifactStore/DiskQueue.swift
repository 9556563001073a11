import Dispatch

/// Runs work that blocks on the disk on threads of its own: fsync of a large file must not hold up a task.
struct DiskQueue: Sendable {
    private let queue: DispatchQueue
    private let places: AsyncPlaces

    /// At most `width` pieces of work at a time.
    init(label: String, width: Int) {
        queue = DispatchQueue(label: label, attributes: .concurrent)
        places = AsyncPlaces(width)
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws(StoreError) -> Value) async throws(StoreError)
        -> Value
    {
        await places.take()
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(StoreError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        await places.give()
        return try result.get()
    }
}

/// A counting semaphore for tasks.
private actor AsyncPlaces {
    private var free: Int
    private var queue: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { queue.append($0) }
        }
    }

    func give() {
        if queue.isEmpty {
            free += 1
        } else {
            queue.removeFirst().resume()
        }
    }
}
