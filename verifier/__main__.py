"""Entry of `python -m verifier` and of the single-file build."""

import sys

from verifier.plain import main

if __name__ == "__main__":
    sys.exit(main())
