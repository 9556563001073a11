/// An element of an answer: its text, or the elements in it.
struct XMLElement: Hashable {
    let name: String
    private(set) var text = ""
    private(set) var children: [XMLElement] = []

    private static let deepest = 12
    private static let mostElements = 30_000

    private init(name: String) { self.name = name }

    /// Parses a whole document; throws for what is none, has more elements than any honest answer, or lies too deep.
    init(_ bytes: [UInt8]) throws(XMLScanner.Malformed) {
        var scanner = XMLScanner(bytes)
        var open: [XMLElement] = []
        var root: XMLElement?
        var count = 0
        while let token = try scanner.next() {
            switch token {
            case .open(let name):
                count += 1
                guard root == nil, count <= Self.mostElements, open.count < Self.deepest else { throw .init() }
                open.append(XMLElement(name: name))
            case .close(let name):
                guard let element = open.popLast(), element.name == name else { throw .init() }
                if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
            case .text(let text):
                if open.isEmpty {
                    guard text.allSatisfy(\.isWhitespace) else { throw .init() }
                } else {
                    open[open.count - 1].text += text
                }
            }
        }
        guard open.isEmpty, let root else { throw .init() }
        self = root
    }

    /// The first child of that name.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The text of the first child of that name.
    func text(_ name: String) -> String? { self[name]?.text }
}
