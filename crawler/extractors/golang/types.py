"""Go types as far as extraction needs them."""

from dataclasses import dataclass, field

from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Type:
    """A resolved type.

    `kind` is named, basic, pointer, slice, map, struct, func, interface or any. A named type has the folder of
    its package (own code) or its import path (`own` False); `elem` is what pointer, slice and map hold.
    """

    kind: str
    name: str = ""
    package: str = ""
    own: bool = False
    elem: "Type | None" = None
    args: tuple["Type", ...] = ()
    node: Node | None = field(default=None, compare=False)
    file: str = ""

    @property
    def bare(self) -> "Type":
        """The type with pointers taken off."""
        here = self
        while here.kind == "pointer" and here.elem is not None:
            here = here.elem
        return here


ANY = Type("any")
STRING = Type("basic", "string")
BASIC = frozenset(
    {
        "string", "bool", "byte", "rune", "error", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16",
        "uint32", "uint64", "uintptr", "float32", "float64", "complex64", "complex128", "any",
    }
)  # fmt: skip
