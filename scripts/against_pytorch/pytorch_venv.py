"""The Python that has NumPy and PyTorch, for whatever compares rnnc with them."""
import importlib.util
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VENV = ROOT / "build" / "venv"
RNNC = os.environ.get("RNNC", str(ROOT / "build" / "release" / "rnnc"))


def start():
    """Goes on in build/venv if it is there (`--setup` makes it), with an rnnc to run; or says what is missing."""
    python = VENV / "bin" / "python"
    if "--setup" in sys.argv and not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "numpy", "torch==2.13.0"], check=True)
    if python.exists() and pathlib.Path(sys.prefix) != VENV:
        os.execv(python, [str(python), *sys.argv])
    if not os.access(RNNC, os.X_OK):
        sys.exit(f"there is no {RNNC}: build it (scripts/demo does), or name another in RNNC")
    if not all(importlib.util.find_spec(name) for name in ("numpy", "torch")):
        sys.exit("this needs NumPy and PyTorch: run it with --setup")
