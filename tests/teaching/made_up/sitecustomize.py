"""Put the made-up lesson 1 in the place of the real one, in a kernel that finds this folder on its path."""

from pathlib import Path

from onewaytrade.teaching import exercises

exercises.__path__.insert(0, str(Path(__file__).parent / "exercises"))
