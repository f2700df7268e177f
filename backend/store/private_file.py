"""Files that only their owner may read, written whole or not at all: passwords, keys, addresses."""

import os
import tempfile
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Makes the folder, with its parents, and closes it to everybody else. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Replaces the file in one step, mode 0600, on the disk before it returns. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp gives mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else a power cut may keep the file and lose its name
    finally:
        os.close(folder)
