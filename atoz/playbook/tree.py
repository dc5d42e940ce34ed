"""A file as a tree that knows the line and column of every key and value.

It exists so that whatever is wrong with a value, in itself or beside other values and other files,
can be said where it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Plain = str | bool | int | float | None


class Place(NamedTuple):
    """A position in the text; line and column count characters from 1."""

    line: int = 1
    column: int = 1


@dataclass
class Leaf:
    """A single value. `text` is what stands in the file, `key` the place of its key in a table."""

    place: Place
    key: Place | None
    value: Plain
    text: str

    def plain(self) -> Plain:
        """The value as JSON has it."""
        return self.value

    def child(self, _part: str | int) -> "Node | None":
        """Nothing stands below a single value."""
        return None

    def children(self) -> "list[tuple[str | int, Node]]":
        """Nothing stands below a single value."""
        return []


@dataclass
class Table:
    """Keys with values."""

    place: Place
    key: Place | None
    entries: "dict[str, Node]" = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The table as JSON has it, without the keys behind which nothing stands."""
        return {
            name: node.plain()
            for name, node in self.entries.items()
            if not (isinstance(node, Leaf) and node.value is None)
        }

    def child(self, part: str | int) -> "Node | None":
        """The value of a key, or None."""
        return self.entries.get(str(part))

    def children(self) -> "list[tuple[str | int, Node]]":
        """Each value with its key, in their order."""
        return list(self.entries.items())


@dataclass
class Row:
    """A list."""

    place: Place
    key: Place | None
    items: "list[Node]" = field(default_factory=list)

    def plain(self) -> list[Any]:
        """The list as JSON has it."""
        return [node.plain() for node in self.items]

    def child(self, part: str | int) -> "Node | None":
        """The item at a position, or None."""
        return self.items[part] if isinstance(part, int) and part < len(self.items) else None

    def children(self) -> "list[tuple[str | int, Node]]":
        """Each item with its position."""
        return list(enumerate(self.items))


Node = Leaf | Table | Row
Path = tuple[str | int, ...]


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """A node and all nodes below it, each with its path."""
    yield path, node
    for name, child in node.children():
        yield from walk(child, (*path, name))


def find(root: Node, path: Path) -> Node | None:
    """The node at a path, or None."""
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def place_of(root: Node, path: Path, *, of_key: bool = False) -> Place:
    """Where the value (or its key) at a path stands; where there is none, the nearest one above."""
    for length in range(len(path), -1, -1):
        node = find(root, path[:length])
        if node is not None:
            return node.key if of_key and node.key is not None else node.place
    return root.place
