"""What these tests share with the end-to-end ones is in tests/support."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
