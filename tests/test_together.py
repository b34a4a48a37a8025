"""Programs that run together end together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalog_assets.together import run_together

FOREVER = "import time, sys\nopen(sys.argv[1], 'w').write('here')\nwhile True: time.sleep(0.05)"
SUPERVISOR = """
import sys
from catalog_assets.together import run_together
commands = {name: [sys.executable, "-c", sys.argv[1], f"{sys.argv[2]}/{name}"] for name in ("one", "two")}
sys.exit(run_together(commands, print))
"""


def program(text, *arguments):
    return [sys.executable, "-c", text, *arguments]


def gone(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("code", [0, 3])
def test_one_that_ends_ends_the_others_and_is_named(tmp_path, code):
    told = []
    commands = {"short": program(f"raise SystemExit({code})"), "long": program(FOREVER, str(tmp_path / "long"))}
    started = time.monotonic()
    assert run_together(commands, told.append) == (code or 1)
    assert told == [f"short ended by itself (exit code {code}): the others are ended too."]
    assert time.monotonic() - started < 15


def test_another_that_ends_is_named_and_the_first_goes_on(tmp_path):
    told = []
    slow = "import time; time.sleep(3); raise SystemExit(5)"
    assert run_together({"first": program(slow), "other": program("raise SystemExit(3)")}, told.append) == 5
    assert told == [
        "other ended by itself (exit code 3): the rest goes on.",
        "first ended by itself (exit code 5): the others are ended too.",
    ]


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_whoever_is_told_to_stop_ends_all(tmp_path, wish):
    supervisor = subprocess.Popen(
        program(SUPERVISOR, FOREVER, str(tmp_path)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    deadline = time.monotonic() + 20
    while not all((tmp_path / name).exists() for name in ("one", "two")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(supervisor.pid)], capture_output=True, text=True)
    supervisor.send_signal(wish)
    output, _ = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 0
    assert "Traceback" not in output
    assert all(gone(int(child)) for child in children.stdout.split())


def test_a_program_that_cannot_be_started_leaves_none_running(tmp_path):
    mark = tmp_path / "pid"
    first = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(20)"
    with pytest.raises(FileNotFoundError):
        run_together({"one": [sys.executable, "-c", first], "two": ["/nowhere/program"]}, print)
    time.sleep(1)
    assert not (mark.exists() and runs(int(mark.read_text())))


def test_programs_end_when_their_terminal_is_closed(tmp_path):
    mark = tmp_path / "pid"
    inner = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(20)"
    start = f"run_together({{'a': [sys.executable, '-c', {inner!r}]}}, print)"
    code = f"import sys; from catalog_assets.together import run_together; {start}"
    outer = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.05)
    outer.send_signal(signal.SIGHUP)
    outer.wait(10)
    time.sleep(0.5)
    alive = runs(int(mark.read_text()))
    if alive:
        os.kill(int(mark.read_text()), signal.SIGKILL)
    assert not alive


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
