"""`diff -r` of a run's stores with the expected ones: what bytes tell, to somebody who has the right answer already."""

import subprocess

from runs import STORES


class ByteDiff:
    columns = ("diff",)

    def complaints(self, good, seen):
        found = []
        for store in STORES:
            command = ["diff", "-rq", "--no-dereference", good.store(store), seen.store(store)]
            told = subprocess.run(command, capture_output=True, text=True)
            assert told.returncode < 2, told.stderr
            found += told.stdout.splitlines()
        return {"diff": found}
