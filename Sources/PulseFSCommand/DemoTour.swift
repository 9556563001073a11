import PulseFS
import System

/// What the demo prints: where the mount is, and commands to paste.
enum DemoTour {
    /// One of the emulator's own keys; it opens nothing else.
    static let key = "pulse-demo-northwind-1"

    /// Jobs of the emulator that the first `ls jobs` shows.
    static let samples = [
        "annual-report-fy2024", "contract-review-0311", "invoice-2024-0117", "minutes-board-meeting",
        "scan-unreadable-0042", "schema-purchase-orders", "tables-tariff-2025", "workbook-q3-forecast",
    ]

    static func text(mountpoint: String) -> String {
        let quoted = ShellWord.quoted(mountpoint)
        return """
            mounted the demo on \(mountpoint)

            Paste into another terminal:

              cd \(quoted)
              ls jobs
              cat README.txt
              cat jobs/invoice-2024-0117/status.json
              cat jobs/invoice-2024-0117/result.md
              ls -l jobs/annual-report-fy2024 jobs/annual-report-fy2024/images
              jq .page_count jobs/annual-report-fy2024/result.json
              cp -r jobs/annual-report-fy2024/images "$(mktemp -d)"
              cat jobs/minutes-board-meeting/.wait jobs/minutes-board-meeting/result.md

            And open in a browser: \(mountpoint)/jobs/annual-report-fy2024/index.html

            ^C here ends the demo.
            """
    }
}
