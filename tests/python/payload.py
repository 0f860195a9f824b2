"""What an envelope holds, as it was signed."""

import base64
import json
import sys

print(base64.b64decode(json.load(open(sys.argv[1], encoding="utf-8"))["payload"], validate=True).decode("utf-8"))
