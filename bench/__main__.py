"""`python -m bench [NAME …] [--json]`: the measures as a table, or a JSON line for each."""

from __future__ import annotations

import argparse
import importlib
import json

NAMES = ("locate", "intake", "closure", "desk_map", "phone")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(NAMES)}; none: all")
    parser.add_argument("--json", action="store_true", help="a JSON line for each measure")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in given.names or NAMES:
        for measure in importlib.import_module(f"bench.{name}").measures():
            if given.json:
                print(json.dumps(measure.document(), ensure_ascii=False), flush=True)
            else:
                print(f"{measure.name:42} {measure.ours:14,.1f} {measure.bare:14,.1f} {measure.unit:10} "
                      f"ratio {measure.ratio:.3f} ({measure.ratio_min:.3f} to {measure.ratio_max:.3f})  {measure.note}",
                      flush=True)


if __name__ == "__main__":
    main()
