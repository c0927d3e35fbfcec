"""`python -m mockpars` is `mockpars`."""

import sys

from mockpars.cli import main

if __name__ == "__main__":
    sys.exit(main())
