"""Runs the functions of a part whose names begin with `test_`; names are sentences."""

import os
import pathlib
import sys
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def bare_environment():
    """What programs need, and no setting."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def main(part):
    tests = {name: test for name, test in part.items() if name.startswith("test_")}
    failed = 0
    for name, test in tests.items():
        sentence = name.removeprefix("test_").replace("_", " ")
        try:
            test()
            print(f"ok      {sentence}")
        except Exception:  # the next test is worth running, whatever went wrong
            failed += 1
            print(f"FAILED  {sentence}")
            traceback.print_exc()
    if failed:
        sys.exit(f"{failed} of {len(tests)} failed")
