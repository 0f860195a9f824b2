"""The leak mutants: every way we know to damage a good run, each at several places. See docs/evidence/mutants.md."""
