/// The names of programs for which nothing is fetched, as the settings have them.
package enum CrawlerNames {
    package static let standard = [
        "updatedb", "updatedb.plocate", "updatedb.mlocate", "plocate-updatedb", "mlocate", "recollindex",
        "tracker-miner-f", "tracker-miner-fs-3", "tracker-extract",
        "localsearch-3", "localsearch-extractor-3", "baloo_file", "baloo_file_extractor", "tumblerd", "gvfsd-metadata",
        "gnome-desktop-thumbnailer", "gdk-pixbuf-thumbnailer", "totem-video-thumbnailer", "evince-thumbnailer",
        "ffmpegthumbnailer",
    ]

    /// Names as people type them, with commas between.
    package static func listed(in text: String) -> [String] {
        text.split(separator: ",").map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            .filter { !$0.isEmpty }
    }
}
