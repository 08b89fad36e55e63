"""Makes wheels of installed Debian Python packages: the same modules and the same metadata under the names that pip looks for.

Each argument is a package, with the packages that it requires after `=`: Debian says those in its own dependencies and strips them from the
Python metadata.
"""

import sys
import sysconfig
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path
from subprocess import check_output

from wheel.metadata import pkginfo_to_metadata
from wheel.wheelfile import WheelFile

PURE_TAG = "py3-none-any"
NATIVE_TAG = f"cp{sys.version_info.major}{sys.version_info.minor}-cp{sys.version_info.major}{sys.version_info.minor}-" + (
    sysconfig.get_platform().replace("-", "_").replace(".", "_")
)


def main(target: Path, wanted: list[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for argument in wanted:
        name, _, required = argument.partition("=")
        print(make_wheel(target, distribution(name), required.split(",") if required else []))


def make_wheel(target: Path, package: Distribution, required: list[str]) -> Path:
    metadata_folder = Path(package._path)
    root = metadata_folder.parent
    modules = [path for path in debian_files(metadata_folder) if is_module(path, root)]
    tag = NATIVE_TAG if any(path.suffix == ".so" for path in modules) else PURE_TAG
    base = f"{package.metadata['Name'].replace('-', '_')}-{package.version}"
    wheel_path = target / f"{base}-{tag}.whl"
    with WheelFile(str(wheel_path), "w") as wheel:
        for path in modules:
            wheel.write(str(path), str(path.relative_to(root)))
        info = f"{base}.dist-info"
        wheel.writestr(f"{info}/METADATA", metadata_of(metadata_folder, required))
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: kyozo-tests\nRoot-Is-Purelib: {str(tag == PURE_TAG).lower()}\nTag: {tag}\n")
        entry_points = metadata_folder / "entry_points.txt"
        if entry_points.exists():
            wheel.writestr(f"{info}/entry_points.txt", entry_points.read_text())
    return wheel_path


def debian_files(metadata_folder: Path) -> list[Path]:
    """Every file of the Debian package that owns the metadata."""
    owner = check_output(["dpkg", "-S", str(metadata_folder)], text=True).split(":")[0]
    return [Path(line) for line in check_output(["dpkg", "-L", owner], text=True).splitlines() if Path(line).is_file()]


def is_module(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) and not any(part.endswith((".egg-info", ".dist-info")) for part in path.parts)


def metadata_of(folder: Path, required: list[str]) -> str:
    message = Parser().parsestr((folder / "METADATA").read_text()) if folder.suffix == ".dist-info" else pkginfo_to_metadata(str(folder), str(folder / "PKG-INFO"))
    for name in required:
        message["Requires-Dist"] = name
    return message.as_string()


main(Path(sys.argv[1]), sys.argv[2:])
