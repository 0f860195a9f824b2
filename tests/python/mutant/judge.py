"""What `bunri verify` says of a damaged run: which claims are broken, by which rules."""

import dataclasses
import json
import re
import shutil
import subprocess

from .damaged import Damaged
from .registry import dice

BROKEN = 10
TO_READ = 1


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The exit code, the broken claims, and the rules of the findings as `C4 row_not_granted`."""

    code: int
    claims: tuple
    rules: tuple
    details: tuple = ()
    reviews: tuple = ()
    expected: int = BROKEN

    def caught_by(self, claim, told=""):
        said = not told or any(one == claim and re.search(told, detail) for one, detail in self.details)
        return self.code == self.expected and claim in self.claims and said

    def to_review(self):
        """The same by what a person is to judge."""
        claims, rules, details = zip(*((claim, f"{claim} {rule}", (claim, detail)) for claim, rule, detail in self.reviews)) if self.reviews else ((),) * 3
        return dataclasses.replace(self, claims=tuple(sorted(set(claims))), rules=tuple(sorted(set(rules))), details=details, expected=TO_READ)


def verified(bunri, root):
    report = root / "custody/evidence/report.json"
    report.unlink(missing_ok=True)
    ended = subprocess.run([bunri, "verify", "job.toml"], cwd=root, capture_output=True, text=True)
    if not report.exists():
        return Verdict(ended.returncode, (), (ended.stderr.strip()[:300],))
    told = json.loads(report.read_text(encoding="utf-8"))
    rule = lambda finding: f"{finding['claim']} {finding['rule']}"
    certain = [finding for finding in told["findings"] if finding["grade"] == "certain"]
    return Verdict(
        ended.returncode,
        tuple(claim["code"] for claim in told["claims"] if claim["status"] == "broken"),
        tuple(sorted({rule(finding) for finding in certain})),
        tuple((finding["claim"], finding["detail"] or "") for finding in certain),
        tuple((finding["claim"], finding["rule"], finding["detail"] or "") for finding in told["findings"] if finding["grade"] == "review"),
    )


def judged(worlds, rewriter, one, place, folder, keep=False):
    """Damages a copy at this place, seals it and has it verified."""
    damaged = Damaged(worlds.named(place.world), folder, rewriter)
    try:
        place.damage(damaged, dice(one, place))
        damaged.seal()
        verdict = verified(worlds.bunri, damaged.root)
        if place.review:
            verdict = verdict.to_review()
    except Exception as fault:  # a mutant that could not be made is one that nobody caught
        verdict = Verdict(None, (), (f"not made: {fault!r}",))
    if not keep:
        shutil.rmtree(damaged.root)
    return verdict
