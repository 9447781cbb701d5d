#!/usr/bin/env python3
"""Writes what both clients know of the API from its description, as the server gives it at /v1/openapi.json:

    clients/generate.py openapi.json            js/operations.js, js/index.d.ts, python/parry_client/operations.py
    clients/generate.py --check openapi.json    only says which of them would change; exit 1 if any would
"""
import json
import keyword
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
METHODS = ["get", "post", "put", "patch", "delete"]
MADE = "Made by clients/generate.py from docs/openapi.yaml; change that instead."
PYTHON_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
TS_TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


class Description:
    def __init__(self, document):
        self.document = document
        schemas = document["components"]["schemas"]
        self.schemas = {name: it for name, it in schemas.items() if not name.startswith("Algolia")}  # has its own clients

    @staticmethod
    def whole(schema):
        """What is replied where `fields` does not ask for a part of it."""
        whole = [s for s in schema.get("anyOf", []) if s != {"$ref": "#/components/schemas/Part"}]
        return whole[0] if len(whole) == 1 else schema

    def resolve(self, item):
        while "$ref" in item:
            at = self.document
            for step in item["$ref"].split("/")[1:]:
                at = at[step.replace("~1", "/")]
            item = at
        return item

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item and not path.startswith("/1/"):
                    yield method, path, item[method]

    def parameters(self, operation):
        return [self.resolve(p) for p in operation.get("parameters", [])]

    def body(self, operation):
        """(media type, schema, required) of what is sent, JSON first; None where nothing is."""
        body = self.resolve(operation.get("requestBody", {}))
        content = body.get("content", {})
        for kind in sorted(content, key=lambda k: k != "application/json"):
            return kind, content[kind].get("schema", {}), body.get("required", False)
        return None

    def reply(self, operation):
        """The schema of a good JSON reply; None where it is another form."""
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                content = self.resolve(response).get("content", {})
                if "application/json" in content:
                    return self.whole(content["application/json"].get("schema", {}))
        return None

    def bytes(self, operation):
        """Is a good reply the bytes of a file?"""
        return any(kind.get("schema", {}).get("format") == "binary" for status, response in operation["responses"].items()
                   if status.startswith("2") for kind in self.resolve(response).get("content", {}).values())


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).replace("-", "_").lower()


def camel(name):
    return re.sub(r"[-_]([a-zA-Z])", lambda m: m.group(1).upper(), name)


def kinds(schema):
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


# ---- TypeScript


def ts_type(schema, indent=""):
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for key, glue in (("allOf", " & "), ("oneOf", " | "), ("anyOf", " | ")):
        if key in schema:
            parts = list(dict.fromkeys(ts_type(part, indent) for part in schema[key]))
            if "unknown" in parts:  # it says what must be there, not of what type it is
                continue
            return glue.join(f"({part})" if "|" in part and glue == " & " else part for part in parts)
    return " | ".join(ts_one(schema, kind, indent) for kind in kinds(schema)) or "unknown"


def ts_one(schema, kind, indent):
    if kind == "array":
        item = ts_type(schema.get("items", {}), indent)
        return f"({item})[]" if " " in item else f"{item}[]"
    if kind == "object":
        return ts_object(schema, indent)
    return TS_TYPES[kind]


def ts_object(schema, indent):
    inner = indent + "  "
    lines = []
    for name, part in schema.get("properties", {}).items():
        key = name if re.fullmatch(r"\w+", name) else json.dumps(name)
        mark = "" if name in schema.get("required", []) else "?"
        lines.append(f"{inner}{key}{mark}: {ts_type(part, inner)};")
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict) and not lines:
        return f"Record<string, {ts_type(extra, indent)}>"
    if not lines:
        return "Record<string, unknown>"
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def ts_doc(text, indent):
    return f"{indent}/** {text} */\n" if text else ""


def ts_method(d, operation):
    name = camel(operation["operationId"])
    parameters = d.parameters(operation)
    needed = any(p.get("required") for p in parameters)
    fields = "; ".join(f"{json.dumps(p['name']) if '-' in p['name'] else p['name']}{'' if p.get('required') else '?'}: "
                       f"{ts_type(p.get('schema', {}), '  ')}" for p in parameters)
    given = f"{{ {fields} }}" if fields else "Record<string, never>"
    kind, schema, required = d.body(operation) or ("", {}, False)
    arguments = [f"params: {given}" if needed else f"params: {given} | undefined" if required else f"params?: {given}"]
    if kind:
        arguments.append(f"body{'' if required else '?'}: {ts_type(schema, '  ') if 'json' in kind else 'string'}")
    arguments.append("options?: CallOptions")
    reply = d.reply(operation)
    result = ts_type(reply, "  ") if reply is not None else "Uint8Array" if d.bytes(operation) else "string"
    return ts_doc(operation.get("summary"), "  ") + f"  {name}({', '.join(arguments)}): Promise<{result}>;\n"


PAGES_TS = """  /** Page after page of a list: `for await (const { articles } of parry.pages('listArticles')) ...` */
  pages<L extends Listing>(list: L, params?: Parameters<Parry[L]>[0]): AsyncGenerator<Awaited<ReturnType<Parry[L]>>, void>;
"""


def typescript(d):
    out = f"// {MADE}\n" + (HERE / "js" / "head.d.ts.in").read_text(encoding="utf-8")
    for name, schema in d.schemas.items():
        out += f"\nexport type {name} = {ts_type(schema)};\n"
    lists = [camel(o["operationId"]) for _, _, o in d.operations() if "cursor" in [p["name"] for p in d.parameters(o)]]
    out += f"\n/** Those that answer a page at a time. */\nexport type Listing = {' | '.join(map(json.dumps, lists))};\n"
    out += "\nexport class Parry {\n  constructor(url: string, options?: ClientOptions);\n"
    out += PAGES_TS
    for _, _, operation in d.operations():
        out += ts_method(d, operation)
    return out + "}\n"


# ---- what a method must know, for both


def table_row(d, method, path, operation):
    where = {}
    for p in d.parameters(operation):
        where.setdefault(p["in"], []).append(p["name"])
    body = d.body(operation)
    row = {"method": method.upper(), "path": path}
    for place in ("path", "query", "header"):
        if where.get(place):
            row["in_" + place] = where[place]
    if body:
        row["body"] = body[0]
    if d.bytes(operation):
        row["bytes"] = 1
    return row


def javascript(d):
    rows = {camel(o["operationId"]): table_row(d, m, p, o) for m, p, o in d.operations()}
    return f"// {MADE}\nexport const operations = {json.dumps(rows, indent=2)};\n"


# ---- Python


def py_type(schema):
    if "$ref" in schema:
        return f'"{schema["$ref"].rsplit("/", 1)[1]}"'
    if "const" in schema or "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema.get('enum', [schema.get('const')]))}]"
    for key in ("oneOf", "anyOf"):
        if key in schema:
            parts = list(dict.fromkeys(py_type(part) for part in schema[key]))
            return parts[0] if len(parts) == 1 else f"Union[{', '.join(parts)}]"
    if "allOf" in schema:
        return "Dict[str, Any]"
    parts = [py_one(schema, kind) for kind in kinds(schema)]
    return "Any" if not parts else parts[0] if len(parts) == 1 else f"Union[{', '.join(parts)}]"


def py_one(schema, kind):
    if kind == "array":
        return f"List[{py_type(schema.get('items', {}))}]"
    if kind == "object":
        extra = schema.get("additionalProperties")
        return f"Dict[str, {py_type(extra) if isinstance(extra, dict) else 'Any'}]"
    return PYTHON_TYPES[kind]


def py_members(d, schema):
    """Name to (type, required) of an object, those of allOf together."""
    schema = d.resolve(schema)
    members = {}
    for part in schema.get("allOf", []):
        members.update(py_members(d, part))
    for name, part in schema.get("properties", {}).items():
        members[name] = (py_type(part), name in schema.get("required", []))
    return members


def py_class(d, name, schema):
    members = py_members(d, schema)
    if not members:
        return f"\n{name} = {py_type(schema)}\n"
    fields = [f"    {json.dumps(key)}: {kind if required else f'NotRequired[{kind}]'}," for key, (kind, required) in members.items()]
    return f"\n{name} = TypedDict({json.dumps(name)}, {{\n" + "\n".join(fields) + "\n})\n"


def py_argument(name):
    """As a name in Python: from is from_."""
    return snake(name) + ("_" if keyword.iskeyword(snake(name)) else "")


def py_method(d, method, path, operation):
    parameters = sorted(d.parameters(operation), key=lambda p: not p.get("required"))
    arguments = ["self"]
    body = d.body(operation)
    if body:
        kind, schema, _ = body
        arguments.append(f"body: {py_type(schema) if 'json' in kind else 'str'}")
    if parameters:
        arguments.append("*")
    for p in parameters:
        kind = py_type(p.get("schema", {}))
        arguments.append(f"{py_argument(p['name'])}: {kind}" if p.get("required") else f"{py_argument(p['name'])}: Optional[{kind}] = None")
    reply = d.reply(operation)
    result = py_type(reply) if reply is not None else "bytes" if d.bytes(operation) else "str"
    given = ", ".join(f"{json.dumps(p['name'])}: {py_argument(p['name'])}" for p in parameters)
    out = f"\n    def {snake(operation['operationId'])}({', '.join(arguments)}) -> {result}:\n"
    out += f'        """{operation["summary"]}."""\n'
    row = table_row(d, method, path, operation)
    return out + f"        return self._call({json.dumps(row)}, {{{given}}}, {'body' if body else 'None'})\n"


def python(d):
    out = f'"""The operations and their types. {MADE}"""\n'
    out += "from typing import Any, Dict, List, Literal, NotRequired, Optional, TypedDict, Union  # noqa: F401\n"
    for name, schema in d.schemas.items():
        out += py_class(d, name, schema)
    out += '\n\nclass Operations:\n    """One method an operation."""\n\n    def _call(self, row: Dict[str, Any], given: Dict[str, Any], body: Any) -> Any:\n'
    out += "        raise NotImplementedError\n"
    for method, path, operation in d.operations():
        out += py_method(d, method, path, operation)
    return out


def main():
    check = sys.argv[1:2] == ["--check"]
    d = Description(json.loads(pathlib.Path(sys.argv[-1]).read_text(encoding="utf-8")))
    stale = []
    for name, text in (("js/operations.js", javascript(d)), ("js/index.d.ts", typescript(d)),
                       ("python/parry_client/operations.py", python(d))):
        path = HERE / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name} {'is not what the description says; run clients/generate.py' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
