"""The folders that a base is made of, lowest first; how they are joined file by file is told in `layers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

#: One folder, or several, the lowest first.
Folders = Path | Sequence[Path]


@dataclass(frozen=True, slots=True)
class Layers:
    """The folders of a base, the lowest first."""

    folders: tuple[Path, ...]

    def __iter__(self) -> Iterator[Path]:
        return iter(self.folders)

    def names(self, home: str, suffix: str) -> list[str]:
        """The files of a kind in a subfolder, as paths below the layers, in their order, each once."""
        found = {f"{home}/{path.name}" for folder in self for path in (folder / home).glob(f"*{suffix}")}
        return sorted(found)

    def holding(self, name: str) -> list[Path]:
        """The files of that name, the lowest first."""
        return [path for folder in self if (path := folder / name).is_file()]

    def printed(self, path: Path) -> str:
        """What faults call a file: its path below the lowest layer, or, in an upper one, the whole of it."""
        is_ours = any(path.is_relative_to(folder) for folder in self.folders[1:])
        return path.as_posix() if is_ours else path.relative_to(self.folders[0]).as_posix()

    def beside(self, printed: str, prefix: str) -> str:
        """The file of the same name below `prefix` in the same layer: where its translation stands."""
        below = self.below(printed)
        return f"{printed.removesuffix(below)}{prefix}/{below}"

    def below(self, printed: str) -> str:
        """The path below its layer of a file, as `printed` has it."""
        for folder in self.folders[1:]:
            if Path(printed).is_relative_to(folder):
                return Path(printed).relative_to(folder).as_posix()
        return printed


def layers_of(folders: Folders) -> Layers:
    """One folder or several as layers."""
    return Layers((folders,) if isinstance(folders, Path) else tuple(folders))
