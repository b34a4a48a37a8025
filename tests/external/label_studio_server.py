"""A real Label Studio, started from its own environment on a free port, with SQLite, and nothing that calls out.

Belongs here: starting, ending, and the people in it. Does not belong here: what is tested with it.
"""

import os
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

READY_WITHIN = 300.0
ADMIN = "lead@example.com"


@dataclass(frozen=True)
class Server:
    """A running server, and the token of its first user."""

    address: str
    token: str
    password: str = field(repr=False)

    def join(self, mail: str) -> str:
        """Another person signs up, as they do in a browser; their token."""
        with httpx.Client(base_url=self.address, timeout=60, trust_env=False) as browser:
            page = browser.get("/user/signup/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            form = {"email": mail, "password": self.password, "allow_newsletters": "false"}
            form["csrfmiddlewaretoken"] = token[1] if token else ""
            browser.post("/user/signup/", data=form, headers={"Referer": self.address})
            answer = browser.get("/api/current-user/token")
            answer.raise_for_status()
            return str(answer.json()["token"])


@contextmanager
def label_studio(environment: Path, folder: Path) -> Iterator[Server]:
    """The server; ended on the way out, whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", secrets.token_hex(20), secrets.token_urlsafe(12))
    log = folder / "label_studio.log"
    command = [str(environment / "bin" / "label-studio"), "start", "--no-browser", "--internal-host", "127.0.0.1",
               "--port", str(port)]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
            env=_settings(server, folder),
        )  # fmt: skip
        try:
            _await(server, process, log)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _settings(server: Server, folder: Path) -> dict[str, str]:
    quiet = {"COLLECT_ANALYTICS": "0", "LATEST_VERSION_CHECK": "0", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": ""}
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        **quiet,
        "HOME": str(folder),
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data"),
        "LABEL_STUDIO_USERNAME": ADMIN,
        "LABEL_STUDIO_PASSWORD": server.password,
        "LABEL_STUDIO_USER_TOKEN": server.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "SSRF_PROTECTION_ENABLED": "false",  # its webhooks go to this machine
        "OMP_NUM_THREADS": "1",
    }


def _await(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{server.address}/health", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise RuntimeError(f"Label Studio did not get ready:\n{log.read_text(errors='replace')[-3000:]}")
