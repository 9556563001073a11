import Dispatch
import Synchronization
import Testing

@testable import FUSE

@Suite("Notifications")
struct NotificationsTests {
    @Test("nothing is said once the session ends")
    func ended() {
        let notifications = Notifications()
        #expect(notifications.send { 1 } == 1)
        notifications.end()
        #expect(notifications.send { 2 } == nil)
        notifications.end()
    }

    @Test("the end waits for what is under way", .timeLimit(.minutes(1)))
    func waits() {
        final class Flag: Sendable {
            let isSet = Atomic<Bool>(false)
        }
        let notifications = Notifications()
        let started = DispatchSemaphore(value: 0)
        let mayFinish = DispatchSemaphore(value: 0)
        let finished = Flag()
        DispatchQueue.global().async {
            _ = notifications.send {
                started.signal()
                mayFinish.wait()
                finished.isSet.store(true, ordering: .sequentiallyConsistent)
            }
        }
        started.wait()
        mayFinish.signal()
        notifications.end()
        let isFinished = finished.isSet.load(ordering: .sequentiallyConsistent)
        #expect(isFinished)
    }
}
