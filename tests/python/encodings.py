"""Prints the content of a file in an encoding: python encodings.py ENCODING FILE"""

import base64
import hashlib
import sys
from pathlib import Path
from urllib.parse import quote

from blake3 import blake3

ENCODINGS = {
    "base64": lambda value: base64.b64encode(value).decode(),
    "base64url": lambda value: base64.urlsafe_b64encode(value).decode(),
    "unpadded": lambda value: base64.b64encode(value).decode().rstrip("="),
    "hex": lambda value: value.hex(),
    "HEX": lambda value: value.hex().upper(),
    "unicode": lambda value: value.decode().encode("unicode_escape").decode(),
    "percent": lambda value: quote(value),
    "xml": lambda value: "".join(f"&#x{ord(char):X};" for char in value.decode()),
    "md5": lambda value: hashlib.md5(value).hexdigest(),
    "sha1": lambda value: hashlib.sha1(value).hexdigest(),
    "sha256": lambda value: hashlib.sha256(value).hexdigest(),
    "sha512": lambda value: hashlib.sha512(value).hexdigest(),
    "utf-16": lambda value: value.decode().encode("utf-16-be").hex(),
    "sha256 base64": lambda value: base64.b64encode(hashlib.sha256(value).digest()).decode(),
    "blake3": lambda value: blake3(value).hexdigest(),
}

if __name__ == "__main__":
    print(ENCODINGS[sys.argv[1]](Path(sys.argv[2]).read_bytes()), end="")
