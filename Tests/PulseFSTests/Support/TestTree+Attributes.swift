import FUSE
import SystemPackage
import Testing

@testable import PulseFS

extension TestTree {
    /// The extended attributes of a node, each of which has to be UTF-8.
    func attributes(of node: NodeID, by thread: Int32 = 0) async throws -> [String: String] {
        var values: [String: String] = [:]
        for name in try await files.listxattr(node, for: Self.caller(thread)).resolved() {
            values[name] = try await attribute(name, of: node, by: thread)
        }
        return values
    }

    func attribute(_ name: String, of node: NodeID, by thread: Int32 = 0) async throws -> String {
        let value = try await files.getxattr(name, of: node, for: Self.caller(thread)).resolved()
        return try #require(String(validating: value, as: UTF8.self), "\(name)")
    }

    /// The nodes of a directory, by name.
    func nodes(in path: String) async throws -> [String: NodeID] {
        Dictionary(uniqueKeysWithValues: try await entries(path).map { ($0.name, $0.node) })
    }

    /// Every node below a path, itself included.
    func nodes(below path: String) async throws -> [NodeID] {
        var nodes = [try await node(path)]
        for entry in try await entries(path) {
            nodes += entry.kind == .directory ? try await self.nodes(below: "\(path)/\(entry.name)") : [entry.node]
        }
        return nodes
    }
}
