"""How good the suggestions of `bunri init` are: precision and recall against answers that people gave.

    suggestions.py catalogue/ answers [--truth FOLDER]     prints a table of Markdown

`answers` is a file such as samples/inspect/romaji.answers, or a reviewed catalogue (a folder). A suggestion is the word in the
comment behind a `"?"`. `hold` for a name that no list knows is no suggestion. "Looser" counts those that would give a
store more than the answer does; of a class by value, and of one that depends on a day, the strictest answer counts."""

import pathlib
import re
import sys
import tomllib

# What retail may have of own and of other rows, and transmission: the more, the looser. Two classes need not be comparable.
GRANTS = {
    "reference": {"retail_own", "retail_other", "transmission"},
    "any_retailer": {"retail_own", "transmission", "opened"},
    "own_customer": {"retail_own", "transmission"},
    "transmission_only": {"transmission"},
    "retail_only": {"retail_own"},
    "hold": set(),
    "discard": set(),
}


def tables(folder):
    for path in sorted((folder / "tables").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        yield tomllib.loads(text), text


def kind(declared):
    if declared is None:
        return "text"
    if isinstance(declared, dict):
        for word in ("date", "timestamp"):
            if word in declared:
                return "timestamp" if word == "timestamp" else date(declared["date"])
        return "bool" if "bool" in declared else kind(declared["type"])
    if declared == "date":
        return date("YYYY-MM-DD")
    return "decimal" if declared.startswith("decimal") else declared


def date(form):
    return f"date({form})"


def proposed(folder):
    classes, types, keys, parents = {}, {}, {}, set()
    for table, text in tables(folder):
        name = table["table"]
        comments = {}
        for line in text.splitlines():
            found = re.match(r'("?)(.+?)\1 = .*"\?".* # ([a-z_]+): (.*)$', line)
            if found:
                comments[found[2]] = None if found[4].startswith("no list knows") else found[3]
        for column in table["columns"]:
            classes[name, column] = comments.get(column)
            types[name, column] = kind(table.get("types", {}).get(column))
        keys[name] = () if table["key"] == "none" else tuple(table["key"])
        parents |= parents_of(name, table["rows"])
    return classes, types, keys, named(parents, folder)


def parents_of(name, rule):
    if not isinstance(rule, dict):
        return set()
    if rule.get("by") == "parent":
        return {(name, tuple(rule["key"]), rule["table"])}
    inner = [*rule.get("all", []), *rule.get("any", []), *rule.get("cases", {}).values()]
    return set().union(*(parents_of(name, one) for one in inner)) if inner else set()


def named(parents, folder):
    names = {table.get("id", table["table"]): table["table"] for table, _ in tables(folder)}
    return {(name, key, names.get(to, to)) for name, key, to in parents}


def reviewed(folder):
    classes, types, keys, parents = {}, {}, {}, set()
    for table, _ in tables(folder):
        name = table["table"]
        for column, told in table["columns"].items():
            if isinstance(told, dict):
                words = [told["class"]] if "class" in told else [*told["cases"].values(), told["else"]]
                told = min(words, key=lambda word: len(GRANTS[word]))
            classes[name, column] = told
            types[name, column] = kind(table.get("types", {}).get(column))
        keys[name] = () if table["key"] == "none" else tuple(table["key"])
        parents |= parents_of(name, table["rows"])
    return classes, types, keys, named(parents, folder)


def answered(path):
    classes, types, keys, parents = {}, {}, {}, set()
    for line in path.read_text(encoding="utf-8").splitlines():
        match line.split():
            case ["column", table, column, told, of]:
                classes[table, column], types[table, column] = told, of
            case ["key", table, columns]:
                keys[table] = tuple(columns.split(","))
            case ["parent", table, columns, to]:
                parents.add((table, tuple(columns.split(",")), to))
    return classes, types, keys, parents


def figures(what, suggested, right, looser=""):
    hits = sum(1 for key, word in suggested.items() if word is not None and right.get(key) == word)
    given = sum(1 for word in suggested.values() if word is not None)
    all_of = len(right)
    precision = f"{100 * hits / given:.1f} %" if given else "–"
    recall = f"{100 * hits / all_of:.1f} %" if all_of else "–"
    return f"| {what} | {all_of} | {given} | {hits} | {precision} | {recall} | {looser} |"


def main():
    catalogue, answers = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    classes, types, keys, parents = proposed(catalogue)
    right = reviewed(answers) if answers.is_dir() else answered(answers)
    missing = set(right[0]) - set(classes)
    assert not missing, f"not proposed: {sorted(missing)[:5]}"
    looser = [
        key for key, word in classes.items()
        if word is not None and GRANTS[word] - GRANTS[right[0][key]]
    ]
    print("| what | answers | suggested | right | precision | recall | looser than the answer |")
    print("|---|---|---|---|---|---|---|")
    print(figures("classes", classes, right[0], str(len(looser))))
    print(figures("types", types, right[1]))
    print(figures("keys", keys, right[2]))
    as_map = lambda some: {one: True for one in some}
    print(figures("parents", as_map(parents), as_map(right[3])))
    if "--list" in sys.argv:
        for key, word in sorted(classes.items()):
            if word != right[0][key]:
                mark = "LOOSER" if key in looser else ""
                print(f"- class {key[0]}.{key[1]}: {word}, answer {right[0][key]} {mark}")
        for key, word in sorted(types.items()):
            if word != right[1][key]:
                print(f"- type {key[0]}.{key[1]}: {word}, answer {right[1][key]}")
        print("parents missed", right[3] - parents, "wrong", parents - right[3])


if __name__ == "__main__":
    main()
