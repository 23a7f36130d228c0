"""Pins: what every tool looked like when it was approved; what looks otherwise now is held back."""

from ptc_cli.pins.definition import Definition, definitions
from ptc_cli.pins.pins import Cleared, Pins

__all__ = ["Cleared", "Definition", "Pins", "definitions"]
