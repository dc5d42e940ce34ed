"""A packet as a folder to look into and paste from, and the same as one zip: to keep, to hand on.

Written beside and then moved into its place, so that nobody finds half of one. Times and modes of the
zip are fixed: the same packet is the same file.
"""

import io
import shutil
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from atoz.appeal.packet.dossier import Dossier
from atoz.errors import BadInput

LARGEST = 500_000_000
MOST_FILES = 200
"""What is read of a folder or zip that a person names: far more than a packet has."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


class Found(NamedTuple):
    """What lies in a folder or a zip: the files in their order, a folder's by name."""

    files: dict[str, bytes]
    ordered: bool


def packet_name(dossier: Dossier) -> str:
    """`appeal-2-3f9a…`: by revision and digest, so that nobody pastes another text than the approved one."""
    parts = (dossier.kind, dossier.revision, dossier.digest[:12])
    return "-".join(str(part) for part in parts if part is not None)


def write_packet(root: Path, dossier: Dossier, files: Mapping[str, bytes]) -> Path:
    """Write folder and zip below `root` and give the folder; the same packet again changes nothing."""
    return write_files(root / dossier.workflow_id / packet_name(dossier), files)


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write the folder, for its owner only, and its zip beside it; what was there is replaced."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700)
    for name, content in files.items():
        (beside / name).write_bytes(content)
    if folder.exists():
        shutil.rmtree(folder)
    beside.rename(folder)
    fresh = beside.with_suffix(".zip")
    fresh.touch(mode=0o600)
    fresh.write_bytes(zipped(files))
    fresh.replace(zip_of(folder))
    return folder


def zip_of(folder: Path) -> Path:
    """The zip that goes with a packet's folder."""
    return folder.with_name(f"{folder.name}.zip")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip, in their order; photos and PDFs are compressed already."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system, member.external_attr = 3, _MODE
            archive.writestr(member, content)
    return out.getvalue()


def read_packet(path: Path) -> Found:
    """What lies there. Raises BadInput where it is neither a folder nor a zip, or far too large."""
    try:
        return _from_folder(path) if path.is_dir() else _from_zip(path)
    except FileNotFoundError as fault:
        raise BadInput(f"{path}: there is no such folder or zip") from fault
    except zipfile.BadZipFile as fault:
        raise BadInput(f"{path}: neither a folder nor a whole zip") from fault
    except (OSError, RuntimeError, NotImplementedError) as fault:
        raise BadInput(f"{path}: cannot be read: {fault}") from fault


def _from_folder(folder: Path) -> Found:
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir())
    _bounded(str(folder), [path.lstat().st_size for path in paths])
    names = [path.relative_to(folder).as_posix() for path in paths]
    return Found({n: p.read_bytes() for n, p in zip(names, paths, strict=True)}, ordered=False)


def _from_zip(path: Path) -> Found:
    with path.open("rb") as content:
        return packet_in(content, str(path))


def packet_in(content: BinaryIO, name: str) -> Found:
    """What lies in a zip. Raises BadZipFile, and BadInput where it is far too large."""
    with zipfile.ZipFile(content) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _bounded(name, [member.file_size for member in members])
        return Found({each.filename: archive.read(each) for each in members}, ordered=True)


def _bounded(name: str, sizes: list[int]) -> None:
    if len(sizes) > MOST_FILES or sum(sizes) > LARGEST:
        raise BadInput(f"{name}: {len(sizes)} files of {sum(sizes):,} bytes are no packet")
