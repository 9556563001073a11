import CMarkdown
import Dispatch
import Synchronization

/// A piece of Markdown, taken apart by cmark-gfm: with tables, strikethrough, bare links, tasks and footnotes.
///
/// The one file that knows cmark, its memory and its pointers. What it gives out lives as long as the call that gets it.
/// Not for two threads at a time.
final class MarkdownTree {
    private let arena = UnsafeMutablePointer<pulse_markdown_arena>.allocate(capacity: 1)
    private var root: OpaquePointer?

    /// While cmark reads a text, the extensions' special characters are in a table of the whole process.
    private static let reading = Mutex<Void>(())

    private static let areExtensionsReady: Bool = {
        cmark_gfm_core_extensions_ensure_registered()
        return true
    }()

    /// A document with nothing in it.
    init() { arena.initialize(to: pulse_markdown_arena()) }

    deinit {
        pulse_markdown_drop(arena)
        arena.deallocate()
    }

    /// Takes a text apart; what was here before goes. Invalid UTF-8 is replaced.
    func read(_ text: [UInt8]) {
        guard Self.areExtensionsReady else { return }
        Self.reading.withLock { _ in
            pulse_markdown_empty(arena)
            pulse_markdown_use(arena)
            defer { pulse_markdown_use(nil) }
            let parser = cmark_parser_new_with_mem(
                CMARK_OPT_FOOTNOTES | CMARK_OPT_VALIDATE_UTF8, pulse_markdown_arena_memory())
            for name in ["table", "strikethrough", "autolink", "tasklist"] {
                if let found = cmark_find_syntax_extension(name) {
                    cmark_parser_attach_syntax_extension(parser, found)
                }
            }
            text.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                cmark_parser_feed(parser, start.assumingMemoryBound(to: CChar.self), bytes.count)
            }
            // The parser stays in the arena, as the tree does.
            root = cmark_parser_finish(parser)
        }
    }

    /// Calls `visit` with every node in the order of the document: on the way in, and on the way out for those that may have
    /// others in them. As deep as the document is, no stack grows.
    func forEach(_ visit: (borrowing MarkdownNode, _ isEntering: Bool) -> Void) {
        pulse_markdown_use(arena)
        defer { pulse_markdown_use(nil) }
        guard let root, let iterator = cmark_iter_new(root) else { return }
        while true {
            let event = cmark_iter_next(iterator)
            guard event != CMARK_EVENT_DONE, let node = cmark_iter_get_node(iterator) else { return }
            visit(MarkdownNode(node), event == CMARK_EVENT_ENTER)
        }
    }

    /// Calls `visit` with a tree for each piece of a document, in order. The next piece is taken apart meanwhile, on a thread
    /// beside this one.
    static func forEachPiece(of document: [UInt8], _ visit: @escaping (MarkdownTree) -> Void) {
        // One part of the work has these, the other the visit and the tree that is visited.
        nonisolated(unsafe) var pieces = MarkdownPieces(document)
        nonisolated(unsafe) var isLast = false
        nonisolated(unsafe) var (tree, next) = (MarkdownTree(), MarkdownTree())
        nonisolated(unsafe) let visit = visit
        guard let first = pieces.next() else { return }
        tree.read(first)
        while !isLast {
            DispatchQueue.concurrentPerform(iterations: 2) { part in
                if part == 0 {
                    visit(tree)
                } else if let piece = pieces.next() {
                    next.read(piece)
                } else {
                    isLast = true
                }
            }
            (tree, next) = (next, tree)
        }
    }
}

/// A node of a `MarkdownTree`, for the length of a visit.
struct MarkdownNode: ~Copyable {
    private let node: OpaquePointer
    let kind: MarkdownKind

    fileprivate init(_ node: OpaquePointer) {
        self.node = node
        kind = Self.kind(of: node)
    }

    /// The text of a node that is nothing but text.
    func withLiteral(_ body: (borrowing Span<UInt8>) -> Void) { Self.with(cmark_node_get_literal(node), body) }

    /// Whether its text has a formula in it.
    var hasFormula: Bool {
        cmark_node_get_literal(node).map { strchr($0, Int32(MarkdownFormula.begin)) != nil } ?? false
    }

    var literal: [UInt8] { Self.bytes(cmark_node_get_literal(node)) }

    /// Of a link or an image, with entities and escapes resolved.
    var url: [UInt8] { MarkdownFormula.plainURL(Self.bytes(cmark_node_get_url(node))) }

    var title: [UInt8] { MarkdownFormula.plain(Self.bytes(cmark_node_get_title(node))) }

    /// What follows the fence of a code block.
    var fenceInfo: [UInt8] { Self.bytes(cmark_node_get_fence_info(node)) }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        var bytes: [UInt8] = []
        with(text) { span in
            bytes.reserveCapacity(span.count)
            for index in span.indices { bytes.append(span[index]) }
        }
        return bytes
    }

    private static func with(_ text: UnsafePointer<CChar>?, _ body: (borrowing Span<UInt8>) -> Void) {
        guard let text else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
        body(Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)))
    }

    private static func kind(of node: OpaquePointer) -> MarkdownKind {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_DOCUMENT: .document
        case CMARK_NODE_BLOCK_QUOTE: .blockQuote
        case CMARK_NODE_LIST:
            cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
                ? .orderedList(start: Int(cmark_node_get_list_start(node))) : .bulletList
        case CMARK_NODE_ITEM:
            pulse_markdown_is_task(node) == 0
                ? .item : .task(isDone: cmark_gfm_extensions_get_tasklist_item_checked(node))
        case CMARK_NODE_CODE_BLOCK: .codeBlock
        case CMARK_NODE_HTML_BLOCK: .htmlBlock
        case CMARK_NODE_PARAGRAPH: .paragraph(isTight: isTight(node))
        case CMARK_NODE_HEADING: .heading(level: Int(cmark_node_get_heading_level(node)))
        case CMARK_NODE_THEMATIC_BREAK: .thematicBreak
        case CMARK_NODE_FOOTNOTE_DEFINITION: .footnoteDefinition
        case CMARK_NODE_TEXT: .text
        case CMARK_NODE_SOFTBREAK: .softBreak
        case CMARK_NODE_LINEBREAK: .lineBreak
        case CMARK_NODE_CODE: .code
        case CMARK_NODE_HTML_INLINE: .htmlInline
        case CMARK_NODE_EMPH: .emphasis
        case CMARK_NODE_STRONG: .strong
        case CMARK_NODE_LINK: .link
        case CMARK_NODE_IMAGE: .image
        case CMARK_NODE_FOOTNOTE_REFERENCE: .footnoteReference
        default:
            switch pulse_markdown_extra_kind(node) {
            case PULSE_MARKDOWN_TABLE: .table(alignments(of: node))
            case PULSE_MARKDOWN_TABLE_ROW: .tableRow(isHeader: cmark_gfm_extensions_get_table_row_is_header(node) != 0)
            case PULSE_MARKDOWN_TABLE_CELL: .tableCell
            case PULSE_MARKDOWN_STRIKETHROUGH: .strikethrough
            default: .other
            }
        }
    }

    /// A paragraph of a list without room between its items.
    private static func isTight(_ paragraph: OpaquePointer) -> Bool {
        guard let item = cmark_node_parent(paragraph), let list = cmark_node_parent(item) else { return false }
        return cmark_node_get_type(list) == CMARK_NODE_LIST && cmark_node_get_list_tight(list) != 0
    }

    private static func alignments(of table: OpaquePointer) -> [MarkdownKind.Alignment] {
        let count = Int(cmark_gfm_extensions_get_table_columns(table))
        guard let marks = cmark_gfm_extensions_get_table_alignments(table) else { return [] }
        return UnsafeBufferPointer(start: marks, count: count).map { mark in
            switch mark {
            case UInt8(ascii: "c"): .center
            case UInt8(ascii: "r"): .right
            default: .left
            }
        }
    }
}
