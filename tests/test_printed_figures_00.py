"""Unit 00: the figures that its page and its part of TEACHING.md print with a unit (none so far: any new one needs its selection)."""

UNIT = "00-start-here"
TABLES = {}
TEXT = []
