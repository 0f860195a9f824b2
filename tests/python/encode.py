"""A text in another encoding, by Python's codec, which is not ours.

    python encode.py FILE CODEC TARGET
"""

import pathlib
import sys

source, codec, target = sys.argv[1:]
text = pathlib.Path(source).read_bytes().decode("utf-8")
pathlib.Path(target).write_bytes(text.encode(codec))
