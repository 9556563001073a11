import FUSE
import SystemPackage

/// `.pulsefs/explain/`.
extension PulseFileSystem {
    func lookupExplained(_ name: String) -> LookupReply {
        guard let path = ExplainedPaths.path(of: name) else { return .absent(.askAgain) }
        let number = explained.add(library.explanation(ofPath: path))
        guard let attributes = explainedAttributes(number) else { return .absent(.askAgain) }
        // It is made anew for whoever looks.
        return .found(Entry(attributes: attributes, nameLifetime: .madeAnew, attributesLifetime: .madeAnew))
    }

    func explainedAttributes(_ number: Int) -> FileAttributes? {
        explained.file(number).map { file in
            policy.file(.explained(number), size: UInt64(file.bytes.count), modified: file.time)
        }
    }
}
