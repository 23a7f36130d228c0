"""A command line with sub-commands, taken from a list."""
import argparse

parser = argparse.ArgumentParser(prog="shop", description="A shop.")
parser.add_argument("-v", "--verbose", action="count", default=0)
commands = parser.add_subparsers(dest="command", required=True)
add = commands.add_parser("add", help="add an item")
add.add_argument("name")
add.add_argument("--price", type=float, default=1.0)
add.add_argument("--tag", action="append", choices=["new", "old"])
print(parser.parse_args(["-vv", "add", "lamp", "--price", "2.5", "--tag", "new", "--tag", "old"]))
print(parser.format_usage().strip(), add.parse_known_args(["x", "--unknown"])[1])
try:
    parser.parse_args(["add", "x", "--tag", "bad"])
except SystemExit as ended:
    print("ended with", ended.code)
