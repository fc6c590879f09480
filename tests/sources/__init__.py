"""Tests of the readers of publishers' files."""
