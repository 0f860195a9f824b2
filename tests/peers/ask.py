"""Asks every peer about every damaged run, two at a time, and keeps what each said beside the runs, so that a session that
was stopped goes on where it was."""

import concurrent.futures
import json
import multiprocessing
import os
import subprocess

from runs import cases

PEERS = ("row_differ", "pattern_scan", "value_search", "except_all", "byte_diff")
# The slow one's cases are shared out.
SHARES = {"row_differ": 8}


def make(name):
    """Peers are loaded where they are used: some take seconds."""
    if name == "pattern_scan":
        from pattern_scan import PatternScan as Peer
    elif name == "row_differ":
        from row_differ import RowDiffer as Peer
    elif name == "except_all":
        from except_all import ExceptAll as Peer
    elif name == "value_search":
        from value_search import ValueSearch as Peer
    else:
        from byte_diff import ByteDiff as Peer
    return Peer()


def silent(name, kept):
    """Holds a peer to saying nothing of good runs compared with themselves; what it lets be known on the way."""
    peer, goods = make(name), list(dict.fromkeys(case.good for case in cases(kept)))
    for good in goods:
        said = peer.complaints(good, good)
        assert not any(said.values()), f"{name} finds fault with a good run: {said}"
    return facts(peer, goods[0])


def facts(peer, good):
    found = {}
    if hasattr(peer, "replaced"):
        found["keys_replaced"] = sorted(peer.replaced)
    if hasattr(peer, "alarms"):
        found["alarms"] = peer.alarms(good)
    if hasattr(peer, "in_vain"):
        found["in_vain"] = {store: count for (run, store), count in peer.in_vain.items() if run == good}
    return found


def said(name, kept, share):
    """What one peer says of every case of its share, and of what it could not say anything."""
    peer, shares = make(name), SHARES.get(name, 1)
    listed = cases(kept)[share::shares]
    return {"said": [peer.complaints(case.good, case.run) for case in listed], "faults": getattr(peer, "faults", {})}


def once(place, ask, *asked):
    """The answer that is kept at this place, or the one that is given now."""
    if not place.exists():
        answer = json.dumps(ask(*asked), ensure_ascii=False, indent=1)
        place.write_text(answer, encoding="utf-8")
    return json.loads(place.read_text(encoding="utf-8"))


def timed(bunri, good):
    """What one look at a good run takes: stores against themselves, nothing skipped, nothing loaded or read before."""
    fresh = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, fresh, max_tasks_per_child=1) as pool:
        taken = {name: pool.submit(look, name, good).result() for name in PEERS}

    def verify():
        ended = subprocess.run([bunri, "verify", "job.toml"], cwd=good.root, capture_output=True, text=True)
        assert ended.returncode == 1, f"a good run is found broken: {ended.stderr}"

    return {**taken, "bunri": processor(verify)}


def look(name, good):
    return processor(lambda: make(name).complaints(good, good))


def processor(work):
    """Seconds of the processor, of this process and those that it started: what else the machine does changes them little."""
    spent = lambda: sum(os.times()[:4])
    began = spent()
    work()
    return spent() - began


def ask_all(kept, bunri):
    """Peer -> what it said of each case, and the facts about it; and what each took."""
    folder = kept / "answers"
    folder.mkdir(exist_ok=True)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        shares = [(name, share) for name in PEERS for share in range(SHARES.get(name, 1))]
        asking = {one: pool.submit(once, folder / f"{one[0]}-{one[1]}.json", said, one[0], kept, one[1]) for one in shares}
        controls = {name: pool.submit(once, folder / f"{name}-control.json", silent, name, kept) for name in PEERS}
        answers = {name: {"said": [None] * len(cases(kept)), "faults": {}, **controls[name].result()} for name in PEERS}
        for (name, share), future in asking.items():
            told = future.result()
            answers[name]["said"][share :: SHARES.get(name, 1)] = told["said"]
            answers[name]["faults"].update(told["faults"])
    return {**answers, "seconds": once(folder / "seconds.json", timed, bunri, cases(kept)[0].good)}
