"""Presidio, a scanner for personal data, with a Japanese model (GiNZA) and patterns of this domain added.

It reads every text of the retail and of the transmission store, folded by NFKC first. It knows what looks like a name, not
whose name it is, so that it reports thousands of times in a store that is right. Two answers for what "caught" can mean:
`presidio`: a finding that the scan of the good run's store does not have; `policy`: a kind of finding in a table and column
in which the good run has none of that kind, which is what a reviewed list of allowed kinds could say without a good run.
"""

import logging
import unicodedata

from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_analyzer.predefined_recognizers import EmailRecognizer, PhoneRecognizer, SpacyRecognizer

from texts import UNREADABLE, texts

logging.disable(logging.WARNING)
SCANNED = ("retail", "transmission")

LABELS = {
    "Person": "PERSON", "Postal_Address": "LOCATION", "City": "LOCATION", "Province": "LOCATION", "County": "LOCATION",
    "Company": "ORGANIZATION", "Corporation_Other": "ORGANIZATION", "Phone_Number": "PHONE_NUMBER",
}
ENGINE = {
    "nlp_engine_name": "spacy",
    "models": [{"lang_code": "ja", "model_name": "ja_ginza"}],
    "ner_model_configuration": {
        "model_to_presidio_entity_mapping": LABELS, "low_score_entity_names": [], "labels_to_ignore": [],
    },
}
ALONE = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
PATTERNS = {
    "SUPPLY_POINT": r"\d{22}",
    "RETAILER": r"990\d\d",
    "ACCOUNT": r"\d{4}-\d{3}-\d{7}",
    "USER": r"U990\d{5}",
    "DIGEST": r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})",
    "BASE64": r"(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])[A-Za-z0-9+/]{16,}={0,2}",
}
# Kana that the model does not take for a name, the planted mark of the sample, and telephone numbers with any hyphens.
LOOSE = {
    "PERSON": r"(?:[ァ-ヶー]{2,}\s[ァ-ヶー]{2,}|丙野カナリア\S*)",
    "PHONE_NUMBER": r"(?:(?<![0-9A-Za-z])|(?<=TEL))0\d{1,3}[-\s(−‐–—―ー]*\d{2,4}[-\s)−‐–—―ー]*\d{4}(?!\d)",
}


def analyzer():
    registry = RecognizerRegistry(supported_languages=["ja"])
    registry.add_recognizer(SpacyRecognizer(supported_language="ja", supported_entities=sorted(set(LABELS.values()))))
    registry.add_recognizer(PhoneRecognizer(supported_language="ja", supported_regions=("JP",), leniency=1))
    registry.add_recognizer(EmailRecognizer(supported_language="ja"))
    for entity, regex in [*((entity, ALONE.format(regex)) for entity, regex in PATTERNS.items()), *LOOSE.items()]:
        pattern = {"patterns": [Pattern(entity, regex, 0.9)], "global_regex_flags": 0}
        registry.add_recognizer(PatternRecognizer(entity, name=regex, supported_language="ja", **pattern))
    engine = NlpEngineProvider(nlp_configuration=ENGINE).create_engine()
    return BatchAnalyzerEngine(AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["ja"]))


class PatternScan:
    columns = ("presidio", "policy")

    def __init__(self):
        self.analyzer = analyzer()
        self.forget()

    def forget(self):
        """A text is read once, wherever it stands."""
        self.known, self.scanned = {}, {}

    def complaints(self, good, seen):
        new, unexpected = [], []
        for store in SCANNED:
            if good not in self.scanned:
                self.scanned[good] = {name: self.findings(good.store(name)) for name in SCANNED}
            allowed = self.scanned[good][store]
            try:
                told = self.findings(seen.store(store))
            except UNREADABLE as error:
                unreadable = f"{store}: {type(error).__name__}"
                new.append(unreadable)
                unexpected.append(unreadable)
                continue
            new += sorted(map(str, told - allowed))
            kinds = {finding[:3] for finding in allowed}
            unexpected += sorted(str(finding) for finding in told if finding[:3] not in kinds)
        return {"presidio": new, "policy": unexpected}

    def findings(self, folder):
        """(place, column, kind, text) of everything that the scanner reports of a store."""
        read = [(place, column, unicodedata.normalize("NFKC", text)) for place, column, text in texts(folder)]
        unknown = sorted({text for *_, text in read} - self.known.keys())
        for text, results in zip(unknown, self.analyzer.analyze_iterator(unknown, "ja", batch_size=64)):
            self.known[text] = {(one.entity_type, text[one.start : one.end]) for one in results}
        return {(place, column, *found) for place, column, text in read for found in self.known[text]}

    def alarms(self, good):
        """How much it reports of a retail store that is right: cells and other texts, of how many."""
        read = [unicodedata.normalize("NFKC", text) for *_, text in texts(good.store("retail"))]
        self.complaints(good, good)
        return sum(bool(self.known[text]) for text in read), len(read)
