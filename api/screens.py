"""The screens: the built pages of `web/`, from `api/static`, with a strict policy of what they may load.

Files under `assets/` carry a hash in their name and are kept for ever; everything else is asked for anew each time.
Where the pages have not been built, a page says what to do.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from governance.settings import Settings

STATIC = Path(__file__).resolve().parent / "static"
#: Name of the folder in `static` -> where it is served.
SCREENS = ("home", "m", "desk", "city", "report", "admin", "docs")
FOR_EVER, ANEW = "public, max-age=31536000, immutable", "no-cache"
PACKED = (("br", ".br"), ("gzip", ".gz"))
TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".woff2": "font/woff2"}
#: No file of ours has a longer path, and no disk keeps a longer name.
LONGEST = 200
NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>页面尚未构建 · The screens are not built</title>
<h1>页面尚未构建</h1>
<p>请在代码目录运行 <code>make web</code> (需要 pip, 不需要 Node), 或安装发布的 wheel 包。接口 /api/v1 可正常使用。
<h1>The screens are not built</h1>
<p>Run <code>make web</code> in the repository (it needs pip, no Node), or install the released wheel, which carries
them. The API under /api/v1 works.</html>"""
NOT_FOUND = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>没有这个文件 · No such file</title>
<p>没有这个文件 · No such file</p></html>"""


def install(app: FastAPI, settings: Settings, static: Path = STATIC) -> None:
    """Serve the screens beside the API."""
    headers = page_headers(settings)
    app.router.routes.append(Route("/", _page(static / "home", headers), include_in_schema=False))
    for name in SCREENS:
        page = _page(static / name, headers)
        app.router.routes += [Route(f"/{name}", _into_folder, include_in_schema=False),
                              Route(f"/{name}/{{path:path}}", page, include_in_schema=False)]


def page_headers(settings: Settings) -> dict[str, str]:
    """What a page may load: its own origin, and the pictures of a base map that the city has set."""
    origin = urlsplit(settings.map_tiles)
    tiles = f" {origin.scheme}://{origin.netloc}" if origin.netloc else ""
    policy = {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": f"'self' data: blob:{tiles}",
        "font-src": "'self' data:", "connect-src": "'self'", "media-src": "'self' blob:", "worker-src": "'self'",
        "manifest-src": "'self'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'"}
    return {"Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self)",
            "Cross-Origin-Opener-Policy": "same-origin"}


def _page(folder: Path, headers: dict[str, str]) -> Callable[[Request], Response]:
    def page(request: Request) -> Response:
        path = request.path_params.get("path", "")
        if not (folder / "index.html").is_file():
            return HTMLResponse(NOT_BUILT, status_code=503, headers={"Cache-Control": ANEW})
        found = file_of(folder, path)
        if found is None:
            return HTMLResponse(NOT_FOUND, status_code=404, headers={"Cache-Control": ANEW})
        return _send(request, found, headers)

    return page


def _into_folder(request: Request) -> Response:
    return RedirectResponse(request.url.replace(path=f"{request.url.path}/"), status_code=308)


def file_of(folder: Path, path: str) -> Path | None:
    """The file of a path; the page itself where the path is one of its own views (it has no ending)."""
    wanted = (folder / path).resolve() if "\0" not in path and len(path) <= LONGEST else None
    if wanted is None or not wanted.is_relative_to(folder.resolve()):
        return None
    if path and wanted.is_file():
        return wanted
    return None if "." in wanted.name and path else folder / "index.html"


def _send(request: Request, path: Path, headers: dict[str, str]) -> Response:
    """Packed where the browser takes it and there is such a file."""
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    own = {"Cache-Control": FOR_EVER if path.parent.name == "assets" else ANEW, "Vary": "Accept-Encoding", **headers}
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    for encoding, ending in PACKED:
        packed = path.with_name(path.name + ending)
        if encoding in accepted and packed.is_file():
            return FileResponse(packed, media_type=media_type, headers={**own, "Content-Encoding": encoding})
    return FileResponse(path, media_type=media_type, headers=own)
