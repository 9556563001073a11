import Glibc
import PulseTestSupport
import Synchronization
import Testing
import Transfer

@Suite(timeLimit) struct EngineTests {
    /// Answers every path with bytes of its own.
    private func echoServer() throws -> ScriptedServer {
        try ScriptedServer { connection in
            while true {
                let request = try connection.readRequest()
                let path = request.split(separator: " ")[1]
                let number = UInt32(path.dropFirst()) ?? 0
                let body = pattern(Int(number) * 97 + 1, seed: number)
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
                try connection.send(body)
            }
        }
    }

    @Test func twoHundredTransfersAtOnceEachGetTheirBytes() async throws {
        let server = try echoServer()
        try await withEngine { engine in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<UInt32(200) {
                    group.addTask {
                        let sink = MemorySink(limit: 1 << 20)
                        let response = try await engine.perform(.init(url: server.url("/\(number)")), into: sink)
                        #expect(response.head.status == 200)
                        #expect(sink.bytes == pattern(Int(number) * 97 + 1, seed: number))
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(server.connections <= 32)
    }

    @Test func cancellationRacingCompletionAnswersEveryTransferOnce() async throws {
        let server = try echoServer()
        try await withEngine(connectionsPerHost: 4) { engine in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<UInt32(300) {
                    group.addTask {
                        let task = Task {
                            do throws(TransferError) {
                                _ = try await engine.perform(
                                    .init(url: server.url("/\(number % 50)")), into: RecordingSink())
                            } catch {
                                #expect(error.code == .cancelled)
                            }
                        }
                        if number % 2 == 0 {
                            for _ in 0..<(number % 40) { await Task.yield() }
                            task.cancel()
                        }
                        await task.value
                    }
                }
            }
        }
    }

    @Test func aStuckTransferDelaysNoOther() async throws {
        let asked = Signal()
        let server = try ScriptedServer { connection in
            while true {
                if try connection.readRequest().hasPrefix("GET /stuck") {
                    asked.send()
                    connection.waitForClose()
                }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        try await withEngine { engine in
            let stuck = Task { try await failure(of: .init(url: server.url("/stuck")), on: engine) }
            await asked.wait()
            for _ in 0..<10 {
                _ = try await engine.perform(.init(url: server.url("/quick")), into: RecordingSink())
            }
            stuck.cancel()
            let error = try await stuck.value
            #expect(error.code == .cancelled)
        }
    }

    @Test func waitersForAConnectionGoOnWhenOneIsGivenUp() async throws {
        let asked = Signal()
        let server = try ScriptedServer { connection in
            while true {
                if try connection.readRequest().hasPrefix("GET /stuck") {
                    asked.send()
                    connection.waitForClose()
                    return
                }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        try await withEngine(connectionsPerHost: 1) { engine in
            let stuck = Task { try await failure(of: .init(url: server.url("/stuck")), on: engine) }
            await asked.wait()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        _ = try await engine.perform(.init(url: server.url("/quick")), into: RecordingSink())
                    }
                }
                stuck.cancel()
                try await group.waitForAll()
            }
            let error = try await stuck.value
            #expect(error.code == .cancelled)
        }
    }

    @Test func shuttingDownFailsWhatIsPendingAndWhatComesLater() async throws {
        let asked = Signal()
        let closed = Signal()
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            asked.send()
            connection.waitForClose()
            closed.send()
        }
        let engine = TransferEngine(.init(userAgent: "transfer-tests", maximumConnectionsPerHost: 1))
        let pending = (0..<5).map { _ in Task { try await failure(of: .init(url: server.url()), on: engine) } }
        await asked.wait()
        await engine.shutDown()
        for task in pending {
            #expect(try await task.value.code == .shutDown)
        }
        await closed.wait()
        #expect(try await failure(of: .init(url: server.url()), on: engine).code == .shutDown)
        await engine.shutDown()
    }

    @Test func releasingTheEngineClosesItsConnections() async throws {
        let closed = Signal()
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            connection.waitForClose()
            closed.send()
        }
        do {
            let engine = TransferEngine(.init(userAgent: "transfer-tests"))
            _ = try await engine.perform(.init(url: server.url()), into: RecordingSink())
        }
        await closed.wait()
    }

    @Test func theSinkIsReleasedWithTheTransfer() async throws {
        let server = try echoServer()
        weak var kept: RecordingSink?
        try await withEngine { engine in
            do {
                let sink = RecordingSink()
                kept = sink
                _ = try await engine.perform(.init(url: server.url("/1")), into: sink)
            }
            // The engine's thread answers first and lets go second; another answer proves that it has.
            _ = try await engine.perform(.init(url: server.url("/2")), into: RecordingSink())
        }
        #expect(kept == nil)
    }
}
