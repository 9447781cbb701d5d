#!/usr/bin/env python3
"""Fails on an #include that goes against the house: a folder may include only what this table allows, and only a folder's
own shim or private files may include a library's header (jansson apart)."""
import pathlib
import re
import sys

MAY = {
    "base": set(),
    "models": {"base"},
    "content": {"base"},
    "engine": {"models", "base"},
    "indexer": {"engine", "content", "models", "base"},
    "copies": {"engine", "content", "models", "base"},
    "eval": {"indexer", "engine", "content", "models", "base"},
    "ledger": {"base"},
    "access": {"ledger", "base"},
    "outbox": {"base"},
    "desk": {"outbox", "access", "ledger", "engine", "models", "base"},
    "deflection": {"ledger", "engine", "models", "base"},
    "web": {"base"},
    "api": {"web", "copies", "deflection", "desk", "outbox", "access", "ledger", "eval", "indexer", "engine", "content", "models", "base"},
    "cli": {"api", "web", "copies", "deflection", "desk", "outbox", "access", "ledger", "eval", "indexer", "engine", "content", "models", "base"},
}
LIBRARY = re.compile(r"#\s*include\s*<(xapian|faiss/|lmdb|microhttpd|cmark|gumbo|yaml|sodium|dnnl|oneapi|uni|zstd|zlib|curl|jwt|liboath|gnutls|pcre2)")

top = pathlib.Path(__file__).resolve().parent.parent
wrong = []
for folder, allowed in MAY.items():
    for path in sorted(p for p in (top / folder).rglob("*") if p.suffix in {".c", ".h", ".cc"}):
        if "node_modules" in path.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.relative_to(top)}:{number}"
            hit = re.match(r'#\s*include\s*"([^/"]+)/', line)
            if hit and hit.group(1) in MAY and hit.group(1) != folder and hit.group(1) not in allowed:
                wrong.append(f"{where}: {folder}/ may not include {hit.group(1)}/")
            if path.suffix == ".h" and LIBRARY.match(line):
                others = [p for p in top.rglob("*.[ch]*") if p.relative_to(top).parts[0] in MAY and
                          p.relative_to(top).parts[0] != folder and "node_modules" not in p.parts and
                          f'"{path.relative_to(top)}"' in p.read_text(encoding="utf-8")]
                wrong += [f"{where}: a library's header, and {p.relative_to(top)} includes this" for p in others]
for line in wrong:
    print(line)
print(f"includes: {len(wrong)} wrong")
sys.exit(bool(wrong))
