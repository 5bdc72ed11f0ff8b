"""Writes a small package, for the server to process."""

import json
import sys
import zipfile

FILES = {
    "account/user.json": {"id": "1", "username": "ann"},
    "messages/index.json": {"2": "general in a server"},
    "messages/c2/channel.json": {"id": "2", "type": 0},
    "messages/c2/messages.json": [{"ID": 3, "Timestamp": "2024-06-01 12:00:00", "Contents": "hello", "Attachments": ""}],
}

with zipfile.ZipFile(sys.argv[1], "w") as package:
    for name, content in FILES.items():
        package.writestr(name, json.dumps(content))
