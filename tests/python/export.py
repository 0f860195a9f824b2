"""What `bunri export` wrote, judged by those whose formats they are, and held against the files of the run.

    python export.py odcs CONTRACT...            the JSON Schema and the models of the Open Data Contract Standard
    python export.py openlineage EVENTS          the event classes of OpenLineage, and bunri's own facets by their schema
    python export.py files CONTRACT ROOT         a contract says what DuckDB reads below ROOT
    python export.py rows EVENTS CUSTODY RETAIL SOURCE   events count and name what DuckDB and SQLite read, and columns come from columns
    python export.py damaged (odcs|openlineage) FILE   every field damaged, one at a time: does its validator notice?
"""

import copy
import inspect
import json
import pathlib
import sqlite3
import sys
import types
import typing
import uuid
from enum import Enum

import attr
import blake3
import duckdb
import yaml
from jsonschema import Draft201909Validator, Draft202012Validator
from open_data_contract_standard.model import OpenDataContractStandard
from openlineage.client import facet_v2
from openlineage.client.event_v2 import RunEvent
from openlineage.client.generated import base
from openlineage.client.serde import Serde
from pydantic import ValidationError

OURS = json.loads((pathlib.Path(__file__).parents[2] / "schemas/openlineage-facets.schema.json").read_text("utf-8"))
OF_OURS = {
    name: Draft202012Validator({"$schema": OURS["$schema"], "$defs": OURS["$defs"], "$ref": f"#/$defs/{definition}"})
    for name, definition in {
        "bunri_run": "BunriRunFacet",
        "bunri_classification": "BunriClassificationDatasetFacet",
        "bunri_rejected": "BunriRejectedOutputDatasetFacet",
    }.items()
}
FACETS = {
    "schema": facet_v2.schema_dataset.SchemaDatasetFacet,
    "columnLineage": facet_v2.column_lineage_dataset.ColumnLineageDatasetFacet,
    "dataQualityMetrics": facet_v2.data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet,
    "outputStatistics": facet_v2.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}


# --- Open Data Contract Standard


def contract_complaints(document):
    """What the published schema says, and what the models do not take or would forget."""
    schema = json.loads(OpenDataContractStandard.json_schema())
    for error in Draft201909Validator(schema).iter_errors(document):
        yield f"{error.json_path}: {error.message[:200]}"
    try:
        model = OpenDataContractStandard(**document)
    except (ValidationError, TypeError) as error:
        yield str(error)[:200]
        return
    # A field that the standard does not know is forgotten by its model.
    if model.model_dump(exclude_none=True, by_alias=True) != document:
        yield "the model of the standard does not give the document back"


# --- OpenLineage


class Unfit(Exception):
    pass


def built(kind, value, place, module):
    """`value` as an instance of what the event classes declare. They check little themselves, so types are compared here."""
    if isinstance(kind, str):
        kind = eval(kind, vars(module))
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        kinds = [one for one in inner if one is not type(None)]
        if value is None:
            raise Unfit(f"{place}: null")
        return built(kinds[0], value, place, module)
    if origin is list:
        if not isinstance(value, list):
            raise Unfit(f"{place}: no list")
        return [built(inner[0], one, f"{place}[{at}]", module) for at, one in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict):
            raise Unfit(f"{place}: no object")
        return {name: facet_or(inner[1], name, one, f"{place}.{name}", module) for name, one in value.items()}
    if attr.has(kind):
        return instance(kind, value, place)
    if issubclass(kind, Enum):
        return kind(value)
    if type(value) is not kind:
        raise Unfit(f"{place}: {type(value).__name__} where {kind.__name__} belongs")
    return value


def facet_or(kind, name, value, place, module):
    if isinstance(kind, str):
        kind = eval(kind, vars(module))
    if not (inspect.isclass(kind) and issubclass(kind, base.BaseFacet)):
        return built(kind, value, place, module)
    if name in FACETS:
        return instance(FACETS[name], value, place)
    if name not in OF_OURS:
        raise Unfit(f"{place}: nobody knows this facet")
    for error in OF_OURS[name].iter_errors(value):
        raise Unfit(f"{place}: {error.json_path}: {error.message[:200]}")
    return value


def instance(kind, value, place):
    if not isinstance(value, dict):
        raise Unfit(f"{place}: no object")
    module = sys.modules[kind.__module__]
    given, arguments, fixed = dict(value), {}, {}
    for field in attr.fields(kind):
        if field.name not in given:
            if field.init and field.default is attr.NOTHING:
                raise Unfit(f"{place}.{field.name} is missing")
            if field.name in ("producer", "_producer", "schemaURL", "_schemaURL"):
                raise Unfit(f"{place}.{field.name} is missing")
            continue
        one = built(field.type, given.pop(field.name), f"{place}.{field.name}", module)
        if field.init:
            arguments[field.alias] = one
        else:
            fixed[field.name] = one
    if given:
        raise Unfit(f"{place}: {', '.join(given)} is not known here")
    made = kind(**arguments)
    for name, one in fixed.items():
        # The schema that the class says of itself, at the version that is pinned.
        if getattr(made, name) != one:
            raise Unfit(f"{place}.{name}: {one} where {getattr(made, name)} belongs")
    return made


def plain(value):
    """Without what the classes fill in: nothing, and nothing in lists."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if one not in ({}, [], None)}
    return [plain(one) for one in value] if isinstance(value, list) else value


def event_complaints(events):
    seen = {}
    for at, event in enumerate(events):
        place = f"event {at}"
        try:
            made = instance(RunEvent, event, place)
        except (Unfit, ValueError, TypeError) as error:
            yield f"{place}: {error}"
            continue
        if plain(json.loads(Serde.to_json(made))) != plain(event):
            yield f"{place}: the classes of OpenLineage do not give the event back"
        if "+" in event["eventTime"] or not event["eventTime"].endswith("Z"):
            yield f"{place}: {event['eventTime']} is not in UTC"
        run = event["run"]["runId"]
        if uuid.UUID(run).version != 8 or str(uuid.UUID(run)) != run:
            yield f"{place}: {run} is no UUID of version 8"
        seen.setdefault((event["job"]["name"], run), []).append(event["eventType"])
    if [states for states in seen.values()] != [["START", "COMPLETE"]] * 2 or [name for name, _ in seen] != ["extract", "split"]:
        yield f"the runs are {seen}"


# --- against the files


def files_of(folder):
    return f"read_parquet('{folder}/part-*.parquet')"


def number(query):
    return duckdb.sql(query).fetchall()[0][0]


def described(folder):
    return [(name, kind) for name, kind, *_ in duckdb.sql(f"DESCRIBE SELECT * FROM {files_of(folder)}").fetchall()]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def file_complaints(contract, root):
    named = {table["physicalName"] for table in contract["schema"]}
    places = [server["path"].removeprefix("./").removesuffix("*/part-*.parquet") for server in contract["servers"]]
    there = {
        path.parent.relative_to(root).as_posix() for place in places for path in root.glob(f"{place}*/part-*.parquet")
    }
    if named != there or not named:
        yield f"other folders than tables: {named ^ there}"
    for table in contract["schema"]:
        folder = root / table["physicalName"]
        said = [(one["name"], one["physicalType"]) for one in table["properties"]]
        if said != described(folder):
            yield f"{table['name']}: {said} where DuckDB reads {described(folder)}"
            continue
        for one in table["properties"]:
            if one["required"]:
                nulls = f"SELECT count(*) FROM {files_of(folder)} WHERE {quoted(one['name'])} IS NULL"
                if number(nulls):
                    yield f"{table['name']}.{one['name']} is required and has NULL"
        key = [one for one in table["properties"] if one.get("primaryKey")]
        if key:
            names = ", ".join(quoted(one["name"]) for one in sorted(key, key=lambda one: one["primaryKeyPosition"]))
            doubled = f"SELECT count(*) FROM (SELECT {names} FROM {files_of(folder)} GROUP BY ALL HAVING count(*) > 1)"
            if number(doubled):
                yield f"{table['name']}: its key is doubled"


def row_complaints(events, custody, retail, source):
    roots = {"staging": custody / "staging", "retail": retail}
    roots |= {place: custody / place for place in ("transmission", "quarantine")}
    known = {}
    for event in events:
        for one in event["inputs"] + event["outputs"]:
            if "facets" in one:
                known[one["namespace"], one["name"]] = [field["name"] for field in one["facets"]["schema"]["fields"]]
    outputs = {}
    for event in events:
        if event["eventType"] == "START":
            if any("facets" in one for one in event["inputs"] + event["outputs"]):
                yield "a START knows what is known later"
            continue
        for one in event["inputs"] + event["outputs"]:
            place = one["namespace"].rsplit("/", 1)[1]
            if place == "source":
                rows = source.execute(f"SELECT count(*) FROM {quoted(one['name'])}").fetchone()[0]
                if one["inputFacets"]["dataQualityMetrics"]["rowCount"] != rows:
                    yield f"{one['name']}: another number than the {rows} rows that SQLite reads"
                continue
            folder = roots[place] / one["name"]
            rows = number(f"SELECT count(*) FROM {files_of(folder)}")
            counted = one["inputFacets"]["dataQualityMetrics"] if "inputFacets" in one else one["outputFacets"]["outputStatistics"]
            if counted["rowCount"] != rows:
                yield f"{place}/{one['name']}: {counted['rowCount']} rows where DuckDB reads {rows}"
            size = sum(path.stat().st_size for path in folder.glob("part-*.parquet"))
            if counted.get("size", counted.get("bytes")) != size:
                yield f"{place}/{one['name']}: {counted} where files have {size} bytes"
            said = [(field["name"], field["type"]) for field in one["facets"]["schema"]["fields"]]
            if said != described(folder):
                yield f"{place}/{one['name']}: {said} where DuckDB reads {described(folder)}"
        for one in event["outputs"]:
            place, inputs = one["namespace"].rsplit("/", 1)[1], {(it["namespace"], it["name"]) for it in event["inputs"]}
            outputs.setdefault(place, set()).add(one["name"])
            lineage = one["facets"]["columnLineage"]
            if list(lineage["fields"]) != sorted(known[one["namespace"], one["name"]]):
                yield f"{place}/{one['name']}: lineage of other columns than it has"
            for name, field in lineage["fields"].items():
                if not field["inputFields"] and name != "bunri_reason":
                    yield f"{place}/{one['name']}.{name} comes from nowhere"
            used = [it for field in lineage["fields"].values() for it in field["inputFields"]] + lineage["dataset"]
            for it in used:
                if (it["namespace"], it["name"]) not in inputs or it["field"] not in known[it["namespace"], it["name"]]:
                    yield f"{place}/{one['name']}: {it} is no column of an input"
    yield from reject_complaints(events[1], custody)
    there = {place: {path.parent.name for path in root.glob("*/part-*.parquet")} for place, root in roots.items()}
    if outputs != there:
        yield f"outputs are {outputs} where {there} lie"
    yield from id_complaints(events, custody, retail)


def reject_complaints(extract, custody):
    """What was read is what was written and what was rejected, and every rejected row lies there."""
    for read, written in zip(extract["inputs"], extract["outputs"], strict=True):
        rejected = written["outputFacets"]["bunri_rejected"]["rowCount"]
        staged = written["outputFacets"]["outputStatistics"]["rowCount"]
        if read["inputFacets"]["dataQualityMetrics"]["rowCount"] != staged + rejected:
            yield f"{written['name']}: {staged} staged and {rejected} rejected rows are not all"
        if (rejected > 0) != (custody / "rejects" / f"{written['name']}.jsonl").exists():
            yield f"{written['name']}: {rejected} rows are said to be rejected"


def id_complaints(events, custody, retail):
    """Run ids say of which manifests they are: docs/export.md."""
    digest = lambda folder: blake3.blake3((folder / "manifest.json").read_bytes()).hexdigest()
    staging = digest(custody / "staging")
    stores = [digest(folder) for folder in (retail, custody / "transmission", custody / "quarantine")]
    for event in events:
        parts = [event["job"]["name"], staging] + (stores if event["job"]["name"] == "split" else [])
        text = "bunri.run/1\n" + "".join(f"{len(part.encode())} {part}\n" for part in parts)
        number = int(blake3.blake3(text.encode()).hexdigest()[:32], 16)
        number = number & ~(0xF << 76) & ~(0x3 << 62) | 8 << 76 | 2 << 62
        if event["run"]["runId"] != str(uuid.UUID(int=number)):
            yield f"{event['job']['name']}: {event['run']['runId']} is not the id of these manifests"


# --- damaged on purpose


def leaves(value, path=()):
    if isinstance(value, dict):
        for name, one in value.items():
            yield path + (name,)
            yield from leaves(one, path + (name,))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from leaves(one, path + (at,))


def patterns(document):
    """One place of every kind of field: numbers of lists, and names of columns, make no other kind."""
    kinds = {}
    for path in leaves(document):
        kind = tuple("*" if isinstance(part, int) or (at and path[at - 1] == "fields") else part for at, part in enumerate(path))
        kinds.setdefault(kind, path)
    return kinds


def pruned(value, name=None):
    """The same kinds of fields, each of them not often: lists and columns only as far as they bring a new kind."""
    if isinstance(value, list) and len(value) > 3:
        kept, seen = [], set()
        for one in map(pruned, value):
            kinds = set(patterns(one))
            if not kept or kinds - seen:
                kept.append(one)
            seen |= kinds
        return kept
    if isinstance(value, dict) and name == "fields":
        names = {tuple(patterns(one)): column for column, one in reversed(value.items())}
        return {column: pruned(value[column]) for column in names.values()}
    if isinstance(value, dict):
        return {field: pruned(one, field) for field, one in value.items()}
    return [pruned(one) for one in value] if isinstance(value, list) else value


def damaged(document, path, how):
    document = copy.deepcopy(document)
    inside = document
    for part in path[:-1]:
        inside = inside[part]
    if how == "another type":
        inside[path[-1]] = 7 if not isinstance(inside[path[-1]], (int, float)) else "seven"
    elif how == "unknown":
        inside[f"{path[-1]}X"] = inside.pop(path[-1])
    return document


# What the standards leave to whoever writes it, by what is done to it: a custom value may be anything; and a column may have any name.
FREE = {
    ("another type", "customProperties.*.value"),
    ("another type", "schema.*.customProperties.*.value"),
    ("another type", "schema.*.properties.*.customProperties.*.value"),
    ("another type", "schema.*.properties.*.customProperties.*.value.*"),
    ("unknown", "outputs.*.facets.columnLineage.fields.*"),
}


def damage_complaints(document, complaints):
    count, whole = 0, document
    document = pruned(whole)
    if patterns(document).keys() != patterns(whole).keys():
        yield "a kind of field was lost"
    yield from complaints(document)
    for kind, path in patterns(document).items():
        for how in ("another type", "unknown")[: 1 if isinstance(path[-1], int) else 2]:
            count += 1
            name = ".".join(kind)
            noticed = any(True for _ in complaints(damaged(document, path, how)))
            if noticed == ((how, name) in FREE):
                yield f"{name}, {how}: {'noticed' if noticed else 'not noticed'}"
    print(f"{count} fields damaged")


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text("utf-8").splitlines()]


def contract(path):
    """As a tool of the standard reads it, which has YAML in mind."""
    return yaml.safe_load(pathlib.Path(path).read_text("utf-8"))


def every_event_damaged(events):
    small = [pruned(event) for event in events]
    for at, event in enumerate(events):
        wrong = lambda one: event_complaints(small[:at] + [one] + small[at + 1 :])
        yield from damage_complaints(event, wrong)


command, *given = sys.argv[1:]
if command == "odcs":
    found = [f"{path}: {one}" for path in given for one in contract_complaints(contract(path))]
elif command == "openlineage":
    found = list(event_complaints(lines(given[0])))
elif command == "files":
    found = list(file_complaints(contract(given[0]), pathlib.Path(given[1])))
elif command == "rows":
    found = list(row_complaints(lines(given[0]), pathlib.Path(given[1]), pathlib.Path(given[2]), sqlite3.connect(given[3])))
elif given[0] == "odcs":
    found = list(damage_complaints(contract(given[1]), contract_complaints))
else:
    found = list(every_event_damaged(lines(given[1])))
for one in found:
    print(one)
print(f"{len(found)} complaints")
sys.exit(1 if found else 0)
