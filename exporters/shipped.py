"""Maps and profiles a store names: a file beside the store file, or the name of a system that comes with the product."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporters.registry import StoreConfig

SYSTEMS = Path(__file__).parent / "systems"


def file_of(config: StoreConfig, option: str, *standards: str) -> Path:
    """The file an option names: a `.yaml` path from the store file's folder, or the first of `standards` of a system.

    Raises ConfigError at the option, with the systems that have such a file.
    """
    item = config.options[option]
    name = item.text()
    if name.endswith((".yaml", ".yml")):
        return config.folder / name
    found = [SYSTEMS / name / standard for standard in standards] if "/" not in name else []
    for path in found:
        if path.is_file():
            return path
    known = sorted({path.parent.name for standard in standards for path in SYSTEMS.glob(f"*/{standard}")})
    known_names = ", ".join(known) or "none"
    raise item.error(f"{name!r} is neither a .yaml file nor one of those that come with the product: {known_names}")
