#!/usr/bin/env python3
"""An MCP server with which an agent reads the results below a mount, and nothing else. Usage: mcp_server.py ~/pulse

Agents that bring a file system server of their own (such as @modelcontextprotocol/server-filesystem) need only the path of the mount.
"""
import pathlib, sys
from mcp.server.mcpserver import MCPServer

root = pathlib.Path(sys.argv[1]).resolve() / "jobs"
server = MCPServer("pulse-results")


def inside(path: str) -> pathlib.Path:
    found = (root / path).resolve()
    if not found.is_relative_to(root):
        raise ValueError(f"{path} is not a result")
    return found


@server.tool()
def list_files(path: str = "") -> list[str]:
    """The known jobs, or the files of a job or of one of its directories."""
    return sorted(entry.name + ("/" if entry.is_dir() else "") for entry in inside(path).iterdir())


@server.tool()
def read_file(path: str, first_line: int = 1, lines: int = 200) -> str:
    """Lines of a text file. Begin with JOB/contents.md: it says what the job has, and where."""
    return "\n".join(inside(path).read_text().splitlines()[first_line - 1 : first_line - 1 + lines])


server.run()
