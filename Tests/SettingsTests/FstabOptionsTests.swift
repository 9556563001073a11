import Testing

@testable import Settings

@Suite("Settings: options of fstab")
struct FstabOptionsTests {
    @Test("a name ends at the first equals sign, whatever mark stands behind it")
    func marks() {
        var options = FstabOptions()
        options.add("api_url=\u{301}https://api.example,cache-size=1G=2G,allow_other,ro,x-systemd.automount=\u{301}")
        #expect(
            options.options == [
                .init(name: "api-url", value: "\u{301}https://api.example"),
                .init(name: "cache-size", value: "1G=2G"), .init(name: "allow-other", value: nil),
            ])
    }
}
