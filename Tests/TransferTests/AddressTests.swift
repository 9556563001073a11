import PulseTestSupport
import Testing

@testable import Transfer

@Suite("Addresses")
struct AddressTests {
    static let ranges: [(String, AddressRange)] = [
        ("8.8.8.8", .global), ("127.0.0.1", .loopback), ("127.255.0.9", .loopback), ("10.0.0.1", .private),
        ("172.15.0.1", .global), ("172.16.0.1", .private), ("172.31.255.255", .private), ("172.32.0.1", .global),
        ("192.168.1.1", .private), ("192.169.0.1", .global), ("100.63.0.1", .global), ("100.64.0.1", .shared),
        ("100.127.0.1", .shared), ("100.128.0.1", .global), ("169.254.169.254", .linkLocal), ("0.0.0.0", .unspecified),
        ("0.1.2.3", .unspecified), ("224.0.0.1", .multicast), ("239.255.255.255", .multicast),
        ("255.255.255.255", .reserved), ("192.0.0.8", .reserved), ("198.18.0.1", .benchmark), ("198.20.0.1", .global),
        ("2606:4700::1111", .global), ("::1", .loopback), ("::", .unspecified), ("fc00::1", .private),
        ("fd12:3456::1", .private), ("fec0::1", .private), ("fe80::1", .linkLocal), ("fe80::1%eth0", .linkLocal),
        ("ff02::1", .multicast), ("::ffff:127.0.0.1", .loopback), ("::ffff:169.254.169.254", .linkLocal),
        ("::ffff:8.8.8.8", .global), ("::127.0.0.1", .loopback), ("2002:7f00:1::", .loopback),
        ("2002:a9fe:a9fe::1", .linkLocal), ("2002:808:808::1", .global), ("64:ff9b::7f00:1", .loopback),
        ("64:ff9b::a00:1", .private), ("64:ff9b::808:808", .global), ("64:ff9b:1::808:808", .private),
        ("2001:0:1234::80ff:fffe", .loopback), ("2600::5efe:7f00:1", .loopback),
    ]

    private static func server() throws -> ScriptedServer {
        try ScriptedServer { connection in
            while true {
                try connection.readRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
            }
        }
    }

    @Test("S4.6 what an address is good for, also of an IPv4 address in an IPv6 one", arguments: ranges)
    func range(text: String, range: AddressRange) throws {
        #expect(try #require(NetworkAddress(text)).range == range)
    }

    @Test(
        "S4.6 where the program's own place is, others may be asked that are there: of its kind, or for some the very same"
    )
    func home() throws {
        func permits(_ own: [String], _ other: String) throws -> Bool {
            let home = HomeAddresses()
            for address in own { home.add(try #require(NetworkAddress(address))) }
            return home.permits(try #require(NetworkAddress(other)))
        }
        #expect(try permits([], "8.8.8.8") && permits(["127.0.0.1"], "8.8.8.8"))
        #expect(try !permits([], "127.0.0.1") && !permits(["8.8.8.8"], "10.0.0.1"))
        #expect(try permits(["127.0.0.1"], "127.8.8.8") && permits(["127.0.0.1"], "::1"))
        #expect(try !permits(["127.0.0.1"], "10.0.0.1") && !permits(["10.0.0.1"], "127.0.0.1"))
        #expect(try permits(["10.0.0.1"], "192.168.0.1") && permits(["10.0.0.1"], "fd00::1"))
        #expect(try !permits(["10.0.0.1"], "100.64.0.1") && !permits(["10.0.0.1"], "169.254.169.254"))
        #expect(try permits(["169.254.1.1"], "169.254.1.1") && !permits(["169.254.1.1"], "169.254.169.254"))
    }

    @Test("S4.6 a place that someone else has named is not connected to when it is here, however that is written")
    func elsewhere() async throws {
        let server = try Self.server()
        for host in [
            "127.0.0.1", "localhost", "LOCALHOST", "x.localhost", "0x7f000001", "2130706433", "127.1", "0177.0.0.1",
            "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "[64:ff9b::7f00:1]", "169.254.169.254", "[fe80::1]",
        ] {
            var request = TransferRequest(url: "http://\(host):\(server.port)/x")
            request.reach = .elsewhere
            let error = try await failure(of: request)
            #expect(error.code == .forbiddenAddress, "\(host): \(error)")
        }
        #expect(server.connections == 0)
    }

    @Test("S4.6 a connection that stands is used only for what may go there")
    func reuse() async throws {
        let server = try Self.server()
        try await withEngine { engine in
            let url = "http://127.0.0.1:\(server.port)/x"
            var other = TransferRequest(url: "http://10.255.255.1:\(server.port)/x")
            other.reach = .elsewhere
            #expect(try await failure(of: other, on: engine).code == .forbiddenAddress)
            _ = try await engine.perform(TransferRequest(url: url), into: RecordingSink())
            // Now the program's own place is known to be here.
            var same = TransferRequest(url: url)
            same.reach = .elsewhere
            _ = try await engine.perform(same, into: RecordingSink())
            #expect(try await failure(of: other, on: engine).code == .forbiddenAddress)
        }
    }

    @Test("S4.6 a proxy is asked for names, and not for what is an address here")
    func proxies() throws {
        let proxies = ProxyEnvironment([
            "http_proxy": "http://p:1", "HTTPS_PROXY": "http://q:2", "no_proxy": ".corp, 10.0.0.0/8,localhost",
        ])
        #expect(proxies.proxy(for: "example.com", isTLS: false) == "http://p:1")
        #expect(proxies.proxy(for: "example.com", isTLS: true) == "http://q:2")
        for host in ["a.corp", "CORP", "10.1.2.3", "localhost"] {
            #expect(proxies.proxy(for: host, isTLS: true) == nil, "\(host)")
        }
        #expect(proxies.proxy(for: "11.1.2.3", isTLS: true) != nil && proxies.proxy(for: "xcorp", isTLS: true) != nil)
        #expect(ProxyEnvironment(["HTTP_PROXY": "p", "ALL_PROXY": ""]).proxy(for: "a", isTLS: false) == nil)
        #expect(ProxyEnvironment(["all_proxy": "p", "NO_PROXY": "*"]).proxy(for: "a", isTLS: false) == nil)
    }
}
