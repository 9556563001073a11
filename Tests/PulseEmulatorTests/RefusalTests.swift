import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// One case for each way the API refuses.
@Suite struct RefusalTests {
    struct Case: CustomStringConvertible, Sendable {
        let description: String
        var method = "GET"
        let path: String
        var key: String? = RawClient.key
        let status: Int
        let code: String
    }

    static let invoice = "/job/invoice-2024-0117"
    static let image = "/results/invoice-2024-0117/images/logo.png"
    static let form = "/results/form-supplier-registration/pdf"

    static let cases: [Case] = [
        Case(description: "job, no key", path: invoice, key: nil, status: 401, code: "AUTH_001"),
        Case(description: "job, empty key", path: invoice, key: "", status: 401, code: "AUTH_001"),
        Case(description: "job, bad key", path: invoice, key: "x", status: 401, code: "AUTH_002"),
        Case(
            description: "job, other organisation", path: invoice, key: "pulse-demo-contoso-1",
            status: 403, code: "AUTH_002"),
        Case(description: "no such job", path: "/job/none", status: 404, code: "NOT_FOUND"),
        Case(
            description: "job, wrong method", method: "POST", path: invoice, status: 405,
            code: "METHOD_NOT_ALLOWED"),
        Case(description: "pages, no key", path: "/pages", key: nil, status: 401, code: "AUTH_001"),
        Case(description: "pages, bad key", path: "/pages", key: "x", status: 401, code: "AUTH_002"),
        Case(description: "image, no key", path: image, key: nil, status: 401, code: "AUTH_001"),
        Case(description: "image, bad key", path: image, key: "x", status: 401, code: "AUTH_002"),
        Case(
            description: "image, other organisation", path: image, key: "pulse-demo-contoso-2",
            status: 403, code: "AUTH_002"),
        Case(description: "no such image", path: image + "x", status: 404, code: "NOT_FOUND"),
        Case(
            description: "image of no such job", path: "/results/none/images/a.png", status: 404,
            code: "NOT_FOUND"),
        Case(
            description: "image of an expired job", path: "/results/statement-2021-03/images/a.png",
            status: 404, code: "NOT_FOUND"),
        Case(
            description: "name with slashes", path: "/results/invoice-2024-0117/images/..%2F..%2Fx",
            status: 400, code: "INVALID_REQUEST"),
        Case(
            description: "name is dots", path: "/results/invoice-2024-0117/images/..", status: 400,
            code: "INVALID_REQUEST"),
        Case(
            description: "name with a control character",
            path: "/results/invoice-2024-0117/images/a%0Ab.png", status: 400, code: "INVALID_REQUEST"),
        Case(
            description: "name with a backslash", path: "/results/invoice-2024-0117/images/a%5Cb.png",
            status: 400, code: "INVALID_REQUEST"),
        Case(description: "PDF, no key", path: form, key: nil, status: 401, code: "AUTH_001"),
        Case(
            description: "PDF of no form", path: "/results/invoice-2024-0117/pdf", status: 404,
            code: "NOT_FOUND"),
        Case(
            description: "large result, bad key", path: "/large_results/loan-schedule-2024", key: "x",
            status: 401, code: "AUTH_002"),
        Case(
            description: "large result, other organisation", path: "/large_results/loan-schedule-2024",
            key: "pulse-demo-contoso-1", status: 403, code: "AUTH_002"),
        Case(
            description: "large result that is inline", path: "/large_results/invoice-2024-0117",
            status: 404, code: "NOT_FOUND"),
        Case(description: "no such endpoint", path: "/jobs", status: 404, code: "NOT_FOUND"),
        Case(
            description: "control is off in a library", path: "/_emulator/requests", status: 404,
            code: "NOT_FOUND"),
    ]

    @Test(arguments: cases)
    func isRefused(_ refusal: Case) async throws {
        try await Emulator.with { emulator in
            let answer = try await RawClient(emulator).send(
                refusal.method, refusal.path, key: refusal.key)
            #expect(answer.status == refusal.status)
            #expect(try answer.errorCode() == refusal.code)
            #expect(answer.headers["x-request-id"] != nil)
        }
    }

    @Test(arguments: [
        (ErrorShape.structured, "application/json", #"{"error":{"code":"NOT_FOUND","message":"#),
        (.text, "application/json", #"{"error":"Job not found."}"#),
        (.detail, "application/json", #"{"detail":"Job not found."}"#),
        (.html, "text/html; charset=utf-8", "<html>"),
    ])
    func errorsCanHaveAnyShape(shape: ErrorShape, type: String, opening: String) async throws {
        try await Emulator.with { emulator in
            emulator.setFeatures { $0.errorShape = shape }
            let answer = try await RawClient(emulator).send("GET", "/job/none")
            #expect(answer.status == 404)
            #expect(answer.headers["content-type"] == type)
            #expect(answer.text.hasPrefix(opening))
        }
    }

    @Test func keysAreAddedAndRevokedWhileItRuns() async throws {
        try await Emulator.with { emulator async throws in
            let client = RawClient(emulator)
            emulator.add(key: EmulatedKey(value: "fresh", alias: "new", organization: .northwind))
            #expect(try await client.send("GET", Self.invoice, key: "fresh").status == 200)
            emulator.revoke(key: "fresh")
            #expect(try await client.send("GET", Self.invoice, key: "fresh").status == 401)
            #expect(try await client.send("GET", Self.invoice).status == 200)
        }
    }
}
