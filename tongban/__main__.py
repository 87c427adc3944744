"""``python -m tongban`` is the same as ``tongban``."""

import sys

from tongban.commands import main

sys.exit(main())
