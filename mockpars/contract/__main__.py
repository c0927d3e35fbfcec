"""python -m mockpars.contract: the suite's own door."""

import sys

from mockpars.contract.commands import main

sys.exit(main())
