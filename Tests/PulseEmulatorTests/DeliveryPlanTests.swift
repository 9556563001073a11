import Testing

@testable import PulseEmulator

@Suite struct DeliveryPlanTests {
    @Test func withoutAFaultTheBodyIsSentAndFinished() {
        #expect(DeliveryPlan(nil).steps(count: 10) == [.finish(0..<10)])
    }

    @Test func aStallComesBetweenTheParts() {
        let plan = DeliveryPlan(.stallBody(afterBytes: 4))
        #expect(plan.steps(count: 10) == [.send(0..<4), .stall, .finish(4..<10)])
        #expect(plan.steps(count: 4) == [.send(0..<4), .stall, .finish(4..<4)])
    }

    @Test func aBodyThatIsShorterThanTheStallIsNotStalled() {
        #expect(DeliveryPlan(.stallBody(afterBytes: 4)).steps(count: 3) == [.finish(0..<3)])
    }

    @Test func aCutEndsEvenABodyThatIsShorter() {
        let plan = DeliveryPlan(.cutBody(afterBytes: 4))
        #expect(plan.steps(count: 10) == [.send(0..<4), .end(.close)])
        #expect(plan.steps(count: 2) == [.send(0..<2), .end(.close)])
    }

    @Test func aChunkedCutAnnouncesNoLength() {
        #expect(DeliveryPlan(.cutBody(afterBytes: 4, chunked: true)).lengthOffset == nil)
        #expect(DeliveryPlan(.cutBody(afterBytes: 4)).lengthOffset == 0)
    }
}
