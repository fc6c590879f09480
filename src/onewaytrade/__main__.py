"""`python -m onewaytrade` is the same command as `onewaytrade`."""

from onewaytrade.cli import main

main()
