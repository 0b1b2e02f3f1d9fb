"""`wangge tls NAME …`: certificates for a closed network (docs/deploying.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from wangge.terminal import read_settings

Names = Annotated[list[str], typer.Argument(help="服务器的名称和地址 (names and addresses of the server)")]


def tls(names: Names) -> None:
    """为内网签发证书: 本市自有 CA 和服务器证书 (a private authority and a certificate of the server)."""
    from wangge.certificates import SERVER_DAYS, make_files

    files = make_files(read_settings().make_data_dir() / "tls", names, datetime.now(UTC))
    print(f"服务器证书, {SERVER_DAYS} 天内有效 (the server's certificate, for {SERVER_DAYS} days):\n"
          f"  WANGGE_TLS_CERT={files.server}\n  WANGGE_TLS_KEY={files.server_key}\n"
          f"请在每部手机和电脑上安装并信任 (install it on every phone and PC, and trust it): {files.authority}\n"
          f"请妥善离线保管 (keep it offline): {files.authority_key}")
