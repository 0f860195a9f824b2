"""The schemas for editors say what `bunri check` says: of keys, of closed vocabularies, of what is missing and of what kind a value is.

    editor.py REPOSITORY BUNRI

* Every catalogue and job that is shipped is accepted by its schema.
* Of every one that is wrong on purpose, the file whose mistake is one of form is refused; so are the hostile ones.
* Where a key that nobody knows is put into a section, bunri lists the keys that it knows there: they are the schema's, no more
  and no fewer. The same of a word in place of a word of a closed vocabulary. Every section and vocabulary of a schema is asked.
* A key left out, a key misspelt, a value of another kind: the schema refuses nothing that bunri accepts, and accepts nothing
  that bunri refuses for its form.
* The pages name every key of a schema, and no key that is in none."""

import concurrent.futures
import datetime
import itertools
import json
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

from jsonschema import Draft7Validator

REPOSITORY, BUNRI = pathlib.Path(sys.argv[1]), sys.argv[2]
SAMPLES = REPOSITORY / "samples/catalogues"
SYSTEM = REPOSITORY / "crates/bunri-sample/src/security/incidents.toml"  # the incident file of the sample's security system
THREADS = 4
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"  # the example of age's own manual
WORD = "qqqqqqqq"  # like no key and no word, so that bunri lists what it knows

# What bunri says of a mistake that a schema can see; names that must be looked up are not among them.
FORM = [re.compile(pattern) for pattern in (
    r": unknown key `",
    r": unknown (?!type `decimal)[a-z` ]+ `[^`]*`; (it is one of|did you mean)",
    r": unknown answer `",
    r": unknown clock `",
    r" is missing in (this file|`|an |the |this )",
    r" must be .*, not (text|a whole number|a decimal number|true or false|a date or time|a list|a table)$",
    r"` is empty$",
    r" is an empty list",
    r" is empty: ",
    r" must be between ",
    r" is not a day; ",
    r" stands twice in `(?!own_when|open)",
    r" has either ",
    r": a ledger rule (has one of|needs) (`during`|`at`)",
    r" must name two columns",
    r" needs at least two rules",
    r" inside `(all|any|cases)`",
    r"it needs a `basis`$",
    r"`grace_days` over 60 needs a `basis`",
    r" has no meaning (here|with `until_is = )",
    r" belongs to `(during|in)`",
    r": `if` needs one of ",
    r": a type has one of ",
    r" is no decimal type",
    r" must be 64 hex digits",
    r" must be a whole number with `KiB`",
    r" must be a number of rows, or a share",
    r" waits for a person",
    r" needs an `id` ",
    r" is no `id`",
    r" is no name of a ledger",
    r"says neither `at_least` nor `at_most`",
    r" is the name of the quarantine's own column",
    r" holds? a control character",
    r"`other` is a list of values or ",
    r"`key` must be a list",
    r"a public code table is one as a whole",
    r"a cutover needs `(blake3|check)`",
    r"are bounded in `\[expect\.",
    r"the name of a `rekey` is 1 to 100",
    r"a NULL code never means vacant",
    r"`cases` belong to a column, and",
    r": unknown rule `",
    r": a table is in one place: ",
    r": `clock` is an offset from UTC",
    r": `delimiter` is one of ",
    r": say which words mean what: ",
    r": such times name no year: ",
    r": `times_from` belongs to ",
    r": a condition says one of `is`",
    r" names nobody and nothing$",
    r": a name here is of \[A-Za-z0-9_-\]",
    r": no table is named",
    r": `age` is the public half of",
    r" is a moment with its offset",
)]
# In words that look like those of a mistake of form: rules that decide every row alike have no `known_at`.
MEANING = [re.compile(r"`known_at` is missing in this file")]

complaints = []


def complain(text):
    complaints.append(text)
    print(text)


def plain(value):
    """A TOML value as an editor's validator sees it: days are texts."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(str(key))} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def file_of(document):
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in document.items())


class Schema:
    """A schema, and where each of its parts stands."""

    def __init__(self, name):
        path = REPOSITORY / f"schemas/{name}.schema.json"
        self.name, self.root = name, json.loads(path.read_text(encoding="utf-8"))
        Draft7Validator.check_schema(self.root)
        self.validator = Draft7Validator(self.root)
        self.places = {id(part): place for place, part in self.parts(self.root, "#")}

    def parts(self, schema, place):
        if isinstance(schema, dict):
            yield place, schema
            for key, inner in schema.items():
                yield from self.parts(inner, f"{place}/{key}")
        elif isinstance(schema, list):
            for number, inner in enumerate(schema):
                yield from self.parts(inner, f"{place}/{number}")

    def refuses(self, document):
        return next(iter(self.validator.iter_errors(plain(document))), None)

    def holds(self, part, value):
        return self.validator.evolve(schema=part).is_valid(plain(value))

    def applied(self, part, value):
        """The parts of a schema that speak of this value, whichever of several ways it is written."""
        while "$ref" in part:
            part = self.root["definitions"][part["$ref"].removeprefix("#/definitions/")]
        kinds = {dict: "object", list: "array", str: "string", int: "integer"}
        if part.get("type") in kinds.values() and part["type"] != kinds.get(type(plain(value))):
            return
        yield part
        for inner in itertools.chain(part.get("allOf", []), part.get("anyOf", [])):
            yield from self.applied(inner, value)
        if "if" in part:
            branch = part.get("then" if self.holds(part["if"], value) else "else")
            if branch is not None:
                yield from self.applied(branch, value)

    def walk(self, part, value, path=()):
        """Every value of a document, with its path and what the schema says of it."""
        applied = list(self.applied(part, value))
        yield path, value, applied
        if isinstance(value, dict):
            for key, inner in value.items():
                for one in applied:
                    below = one.get("properties", {}).get(key)
                    if one.get("additionalProperties") is False and below is not None:
                        yield from self.walk(below, inner, (*path, key))
                    elif isinstance(one.get("additionalProperties"), dict) and "description" in one:
                        yield from self.walk(one["additionalProperties"], inner, (*path, key))
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                for one in applied:
                    if "items" in one and "type" in one:
                        yield from self.walk(one["items"], inner, (*path, number))


SCHEMAS = {name: Schema(name) for name in (
    "catalogue", "table", "job", "incident-file", "handover-register", "handover-request", "emergency-register",
)}

# Files of other commands: their schema, and the command that reads them before anything else. Beside them lies a file to be handed over.
COMMANDS = {
    "incidents.toml": ("incident-file", lambda path: ["incident", "exposure", path]),
    "handover.toml": ("handover-register", lambda path: ["handover", "check", path.with_name("list.csv"), "--register", path, "--recipient", "occto"]),
    "request.toml": ("handover-request", lambda path: ["handover", "make", path, "--key", path.with_name("none.pem"), "--out", path.with_name("out")]),
    "emergency.toml": ("emergency-register", lambda path: ["emergency", "review", path]),
}


def shown(page, key):
    """The first example of a page that has this key."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    examples = [tomllib.loads(example) for example in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    return plain(next(example for example in examples if key in example))


def section(applied):
    """The part that lists the keys of a section; none of a table whose keys are names."""
    return next((one for one in applied if one.get("additionalProperties") is False), None)


def known(applied):
    keys = set(section(applied)["properties"])
    for one in applied:
        if "enum" in one.get("propertyNames", {}):
            keys &= set(one["propertyNames"]["enum"])
    return keys


def vocabulary(applied):
    return [one for one in applied if "enum" in one and one.get("type") == "string"]


class Rooms:
    """Copies of the valid samples, one for each thread: a file is replaced, bunri is asked, and the file put back."""

    def __init__(self, folder, many):
        self.free = queue.Queue()
        for number in range(many):
            root = folder / str(number) / "catalogues"
            for name in ("valid", "jobs/valid"):
                shutil.copytree(SAMPLES / name, root / name)
            shutil.copy(SAMPLES / "jobs/decisions.csv", root / "jobs")
            secret = root / "jobs/valid/consumer.secret"
            secret.write_text("5" * 64, encoding="utf-8")
            secret.chmod(0o600)
            told = [BUNRI, "sample", "--points", "400", "--out", str(root / "legacy.db"), "--security", str(root / "security")]
            subprocess.run(told, check=True, capture_output=True)
            shutil.move(root / "security/security.db", root / "security.db")
            (root / "list.csv").write_text("a\n1\n", encoding="utf-8")
            for name, document, *_ in others():
                (root / name).write_text(file_of(document), encoding="utf-8")
            (root / "job.toml").write_text(
                f'label = "l"\nkind = "rehearsal"\ncutover = "2026-04-01"\nsource = {{ sqlite = "legacy.db" }}\n'
                f'catalogue = "{REPOSITORY / "schemas/denryoku"}"\noutput = {{ custody = "custody", retail = "retail" }}\n',
                encoding="utf-8",
            )
            self.free.put(root)

    def told(self, file, target, document):
        """What `bunri check` says of a document in the place of a file that is accepted as it stands: its exit code, what it says of
        this file, and all of it."""
        root = self.free.get()
        path = root / file
        before = path.read_bytes()
        try:
            path.write_text(file_of(document), encoding="utf-8")
            if target in COMMANDS:
                _, command = COMMANDS[target]
                command = [str(word) for word in command(path)]
            else:
                # The form alone is asked for: a server that a job names is on no machine.
                command = ["check", str(root / target), *(["--no-source"] if str(target).endswith(".toml") else [])]
            ended = subprocess.run([BUNRI, *command], capture_output=True, text=True, check=False)
        finally:
            path.write_bytes(before)
            self.free.put(root)
        lines = [line.split(f"{path}:", 1)[1] for line in ended.stderr.splitlines() if f"{path}:" in line]
        # What the other commands do with a file that they accept is another matter.
        code = 0 if target in COMMANDS and not lines and ended.returncode < 70 else ended.returncode
        return code, lines, ended.stderr


def of_form(messages):
    return [line for line in messages if any(form.search(line) for form in FORM) and not any(one.search(line) for one in MEANING)]


def schema_of(path):
    if path.name in COMMANDS:
        return SCHEMAS[COMMANDS[path.name][0]]
    return SCHEMAS["catalogue" if path.name == "catalogue.toml" else "table" if path.parent.name == "tables" else "job"]


def shipped():
    for folder in (REPOSITORY / "schemas", SAMPLES / "valid", SAMPLES / "warned"):
        yield from sorted(folder.rglob("catalogue.toml"))
        yield from sorted(path for path in folder.rglob("*.toml") if path.parent.name == "tables")
    yield from sorted((REPOSITORY / "samples/jobs").glob("*.toml"))
    yield from sorted((SAMPLES / "jobs/valid").glob("*.toml"))
    yield SYSTEM


def accepted():
    files = list(shipped())
    for path in files:
        wrong = schema_of(path).refuses(tomllib.loads(path.read_text(encoding="utf-8")))
        if wrong:
            complain(f"{path}: {wrong.json_path}: {wrong.message[:300]}")
    return len(files)


def read(path):
    """The document; none where an editor says itself that it is no TOML, or too deep a one."""
    try:
        document = tomllib.loads(path.read_bytes().decode())
        plain(document)
        return document
    except (ValueError, RecursionError):
        return None


def wrong_on_purpose():
    """The samples whose mistake is one of form, by what they are expected to be told."""
    for folder in sorted((SAMPLES / "invalid").iterdir()):
        by_file = {}
        for line in (folder / "expected.txt").read_text(encoding="utf-8").splitlines():
            by_file.setdefault(line.split(":", 1)[0], []).append(line)
        for file, messages in by_file.items():
            yield folder / file, messages
    for path in sorted((SAMPLES / "jobs/invalid").glob("*.toml")):
        told = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
        yield path, [line for line in told if line.startswith(f"invalid/{path.name}")]


# Said in the words of a mistake of form: a day that its year does not have, more bytes than can be counted.
ARITHMETIC = {"memory_overflows.toml"}


def refused():
    many = 0
    for path, messages in wrong_on_purpose():
        form = of_form(messages)
        document = read(path) if path.is_file() and path.suffix == ".toml" else None
        if not form or document is None or path.name in ARITHMETIC:
            continue
        many += 1
        if schema_of(path).refuses(document) is None:
            complain(f"{path.relative_to(SAMPLES)} is accepted, and bunri says {form[0]}")
    return many


def hostile():
    many = 0
    for kind, name in (("catalogues", "table"), ("jobs", "job")):
        for path in sorted((REPOSITORY / "tests/corpus" / kind).glob("*.toml")):
            document = read(path)
            if document is None:
                continue
            many += 1
            if SCHEMAS[name].refuses(document) is None:
                complain(f"{path}: a hostile text is accepted")
    return many


def changed(document, path, change):
    """A copy in which one value is another, or gone."""
    copy = json.loads(json.dumps(plain(document)))
    within = copy
    for step in path[:-1]:
        within = within[step]
    change(within, path[-1]) if path else change(copy, None)
    return copy


def put(value):
    def change(within, key):
        within[key] = value
    return change


def misspelt(within, key):
    items = list(within.items())
    within.clear()
    within.update((f"{one}_" if one == key else one, value) for one, value in items)


def left_out(within, key):
    del within[key]


def with_stranger(document, path):
    copy = json.loads(json.dumps(plain(document)))
    within = copy
    for step in path:
        within = within[step]
    within[WORD] = 1
    return copy


def variations(schema, document):
    """What is asked of one document: its sections, its words, and its mistakes. Each kind of place once, in each of its forms."""
    for path, value, applied in schema.walk(schema.root, document):
        place = schema.places[id(applied[0])]
        if schema.name == "incident-file" and "allOf" in applied[0] and section(applied):
            # Forty rules are written alike, and each has a description of its own.
            place = schema.places[id(section(applied))]
        if isinstance(value, dict) and section(applied):
            forms = ",".join(sorted(value))
            yield (place, forms, "keys"), ("keys", applied, with_stranger(document, path))
            for key in value:
                yield (place, forms, "out", key), ("mistake", f"without {key}", changed(document, (*path, key), left_out))
                yield (place, forms, "mis", key), ("mistake", f"{key}_", changed(document, (*path, key), misspelt))
                for other in (7, "", "?", [], {}, ["a", "a"]):
                    what = f"{key} = {toml(other)}"
                    yield (place, forms, what), ("mistake", what, changed(document, (*path, key), put(other)))
        if isinstance(value, str) and path and vocabulary(applied):
            many = "/".join(sorted(schema.places[id(one)] for one in vocabulary(applied)))
            yield (many, "words"), ("words", applied, changed(document, path, put(WORD)))
        if isinstance(value, dict) and path and value and section(applied) is None:
            name = next(iter(value))
            for other in (7, "", "?", [], {}):
                what = f"{name} = {toml(other)}"
                yield (place, "names", toml(other)), ("mistake", what, changed(document, (*path, name), put(other)))
            yield (place, "none"), ("mistake", "nothing in it", changed(document, path, put({})))


# What no sample says, said in one: file, path, value. bunri need not accept it as it stands: sections and words are asked all the same.
MORE = [
    ("catalogue.toml", ("ledger", "counts", "compare"), "exact"),
    ("tables/meter_reading.toml", ("ledger_key", "open"), [{"day": "2199-12-31", "basis": "what the system wrote"}]),
    ("tables/supply_point.toml", ("columns", "contract_amount", "compare"), "exact"),
    ("tables/account.toml", ("rows",), {"every_row": "all_transmission", "basis": "accounts of the operator's own people"}),
]


def more(path, where, value):
    return changed(tomllib.loads(path.read_text(encoding="utf-8")), where, put(value))


# What the sample's incident file, and the examples of the pages, do not say.
MORE_INCIDENTS = [
    (("tables", "terminals"), {
        "csv": ["terminals.csv"], "encoding": "cp932", "delimiter": ";",
        "columns": {"terminal": {"column": "t", "nothing": ["-"]}, "company": "c", "room": "r"},
    }),
    (("tables", "accounts", "columns"), {
        "account": "user_id", "owner": "employee_no", "company": "company",
        "roles": {"column": "roles", "separator": ";", "every": ["*"]}, "shared": {"column": "shared", "yes": ["1"], "no": ["0"]},
        "password_set": {"column": "pw_changed", "nothing": ["-"], "open": ["9999"]},
    }),
    (("rules",), {name: {"basis": "b"} for name in SCHEMAS["incident-file"].root["properties"]["rules"]["properties"]}),
    (("access_log",), {
        "lines": ["a.log"], "encoding": "utf-8", "pattern": "{at} {account} {pairs}", "columns": {"action": "act"},
        "times": "syslog", "times_from": "2024-01-01", "actions": {"login": ["in"], "other": ["menu"]}, "most_held": 5,
    }),
]
MORE_HANDOVER = [
    (("purpose", "monthly_changes", "asks"), ["change_kind"]),
    (("purpose", "monthly_changes", "where"), [{"column": "area_code", "in": ["90", 1, True]}]),
    (("recipient", "new"), {"name": "新電力", "kind": "new_retailer", "code": "99020"}),
    (("purpose", "rows"), {
        "text": "t", "basis": "b", "approver": "data_officer", "recipients": ["occto"], "table": "t", "answer": "rows",
        "columns": ["a"], "own": "retailer_code", "asks": ["a"], "months": ["d"], "where": [],
    }),
]


def others():
    """The files of other commands, with their name, and with what they do not say as it stands."""
    system = {**plain(tomllib.loads(SYSTEM.read_text(encoding="utf-8"))), "job": "job.toml"}
    system["tables"] = {name: {**table, "sqlite": "security.db"} for name, table in system["tables"].items()}
    yield "incidents.toml", system, MORE_INCIDENTS
    yield "handover.toml", shown("handover.md", "recipient"), MORE_HANDOVER
    yield "request.toml", shown("handover.md", "requester"), [(("columns",), ["a"])]
    register = shown("emergency.md", "declaration")
    for one in register["recipient"].values():
        one["age"] = AGE
    yield "emergency.toml", register, [(("approver", "threshold"), 1)]


LISTED = re.compile(r"(?:known here: |it is one of |the rules are )((?:`[^`]*`(?:, )?)+)")


def names_in(message):
    found = LISTED.search(message)
    return None if found is None else set(re.findall(r"`([^`]*)`", found[1]))


def compared(room):
    """Every variation of every document that uses all of the language, as bunri and as the schema take it."""
    every_rule = SAMPLES / "valid/every_rule"
    bases = [(every_rule / "catalogue.toml", "valid/every_rule"), (SAMPLES / "valid/switches/catalogue.toml", "valid/switches")]
    bases += [(path, "valid/every_rule") for path in sorted((every_rule / "tables").glob("*.toml"))]
    bases += [(path, f"jobs/valid/{path.name}") for path in sorted((SAMPLES / "jobs/valid").glob("*.toml"))]
    bases = [(path, target, tomllib.loads(path.read_text(encoding="utf-8"))) for path, target in bases]
    bases += [(every_rule / file, "valid/every_rule", more(every_rule / file, *edit)) for file, *edit in MORE]
    for name, document, added in others():
        bases += [(pathlib.Path(name), name, one) for one in (document, *(changed(document, where, put(value)) for where, value in added))]
    asked, work = {}, []
    for path, target, document in bases:
        file = target if target in COMMANDS else str(path.relative_to(SAMPLES))
        schema, place = schema_of(path), (file, target)
        for key, what in variations(schema, document):
            if (schema.name, key) not in asked:
                asked[schema.name, key] = path
                work.append((schema, place, path, what))
    rooms = Rooms(room, THREADS)
    with concurrent.futures.ThreadPoolExecutor(max_workers=THREADS) as pool:
        answers = list(pool.map(lambda one: rooms.told(*one[1], one[3][2]), work))
    seen = {name: set() for name in SCHEMAS}
    counts = {"keys": 0, "words": 0, "mistake": 0}
    lists = {}
    for (schema, (where, _), path, (kind, what, document)), (code, messages, all_of_it) in zip(work, answers):
        counts[kind] += 1
        if kind == "keys":
            place = schema.places[id(section(what))]
            stranger = re.compile(rf"unknown (key|rule) `{WORD}`")
            listed = next((names_in(line) for line in messages if stranger.search(line)), None)
            seen[schema.name].add(place)
            if listed is None:
                complain(f"{where}: {place}: bunri lists no keys: {all_of_it[:300]}")
            elif listed != known(what):
                complain(f"{where}: {place}: bunri alone {sorted(listed - known(what))}, schema alone {sorted(known(what) - listed)}")
        elif kind == "words":
            listed = next((names_in(line) for line in messages if f"`{WORD}`" in line), None)
            places = [schema.places[id(one)] for one in vocabulary(what)]
            if listed is not None:
                lists.setdefault((schema.name, *places), (set().union(*(one["enum"] for one in vocabulary(what))), listed))
        if kind == "mistake" or kind == "words":
            refusal, form = schema.refuses(document), of_form(messages)
            said = what if isinstance(what, str) else WORD
            if refusal is not None and code in (0, 1):
                complain(f"{where}: {said}: the schema alone refuses it: {refusal.json_path}: {refusal.message[:200]}")
            if refusal is None and form:
                complain(f"{where}: {said}: the schema accepts it, and bunri says {form[0]}")
        if code not in (0, 1, 3):
            complain(f"{where}: bunri ended with {code}: {all_of_it[:200]}")
    return counts, seen, lists


# Vocabularies of which bunri does not list every word when it meets another.
UNLISTED = {
    ("table", "#/definitions/type_word/anyOf/0"),  # names the usual forms of a date, and the page
    ("table", "#/definitions/type_table/properties/clock/anyOf/0"),  # or an offset
}


def every_section(seen):
    """No section of a schema that no document asked about."""
    for name, schema in SCHEMAS.items():
        for place, part in schema.parts(schema.root, "#"):
            if part.get("additionalProperties") is False and place not in seen[name]:
                complain(f"{name}: no sample has {place}")


def every_word(lists):
    covered = set()
    for (name, *places), (ours, theirs) in lists.items():
        if any((name, place) in UNLISTED for place in places):
            continue
        covered |= {(name, place) for place in places}
        if ours != theirs:
            complain(f"{name}: {places}: schema {sorted(ours)}, bunri {sorted(theirs)}")
    for name, schema in SCHEMAS.items():
        for place, part in schema.parts(schema.root, "#"):
            of_values = part.get("type") == "string" and len(part.get("enum", [])) > 1
            if of_values and (name, place) not in covered | UNLISTED:
                complain(f"{name}: no sample has a word of {place}: {part['enum'][:4]}")
    return len(lists)


def documented(page, schemas):
    """The keys in the first cells of the page's tables of keys, and in its list of what a row rule is written of."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    told, in_table = set(), False
    for line in text.splitlines():
        if line.startswith("| key "):
            in_table = True
        elif not line.startswith("|"):
            in_table = False
        elif in_table and not line.startswith("|---"):
            for name in re.findall(r"`([^`]+)`", line.split("|")[1]):
                told |= set(re.findall(r"[a-z_0-9]+", name))
    keys = set()
    for schema in schemas:
        for _, part in schema.parts(schema.root, "#"):
            if part.get("additionalProperties") is False:
                keys |= set(part["properties"])
    for key in sorted(told - keys):
        complain(f"docs/{page} has a key `{key}` that no schema has")
    # Keys of inline tables stand in the column of values, or in an example.
    quoted = " ".join(" ".join(re.findall(r"`([^`]+)`", line)) for line in text.splitlines())
    written = set(re.findall(r"[a-z_0-9]+", quoted)) | set(re.findall(r"([a-z_0-9]+) *=", text))
    written |= {name for header in re.findall(r"^\[+([a-z_.]+)", text, re.MULTILINE) for name in header.split(".")}
    # Fields of a table are a list in the second cell of its row.
    for row in re.findall(r"^\| `\w+` \| ([^|`]+) \|", text, re.MULTILINE):
        written |= set(re.findall(r"[a-z_0-9]+", row))
    for key in sorted(keys - written):
        complain(f"docs/{page} does not name the key `{key}`")
    return len(keys)


def main():
    with tempfile.TemporaryDirectory() as room:
        counts, seen, lists = compared(pathlib.Path(room))
    every_section(seen)
    vocabularies = every_word(lists)
    good, bad, spoilt = accepted(), refused(), hostile()
    pages = {"catalogue.md": ("catalogue", "table"), "job.md": ("job",), "incidents.md": ("incident-file",),
             "handover.md": ("handover-register", "handover-request"), "emergency.md": ("emergency-register",)}
    keys = sum(documented(page, [SCHEMAS[name] for name in names]) for page, names in pages.items())
    print(f"{good} shipped files, {bad} with mistakes of form, {spoilt} hostile; {counts['keys']} sections, {vocabularies} "
          f"vocabularies, {counts['mistake']} mistakes; {keys} keys; {len(complaints)} complaints")
    # A test that looked at little says nothing.
    enough = good > 90 and bad > 120 and spoilt > 5 and counts["keys"] > 60 and vocabularies > 20 and counts["mistake"] > 1000
    sys.exit(0 if enough and not complaints else 1)


main()
