#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The house rules, as tests: layers one way, headers alone, nothing out of its place.

	house.py TOP CC CFLAGS..

TAP on stdout; what is wrong stands in comments below each "not ok".
"""

import pathlib
import re
import subprocess
import sys

# Each layer and what it may include, itself apart.  The build gives no more than
# this; the test says it in one place and catches a build file that gives too much.
LAYERS = {
    "base": set(),
    "wire": {"base"},
    "timer": {"base"},
    "flow": {"base", "wire", "timer"},
    "tcp": {"base", "wire", "timer", "flow", "include"},
    "neigh": {"base", "wire"},
    "pipeline": {"base", "wire", "timer", "flow", "tcp", "neigh", "include"},
    "port": {"base", "wire", "timer", "flow", "tcp", "neigh", "pipeline", "include"},
    "include": set(),
}

# What only lib/port may name: devices, cores, clocks, randomness, threads.
PORT_ONLY = re.compile(
    r"\b(rte_(eth_(?!hdr)\w+|lcore_\w+|eal_\w+|get_tsc\w*|rdtsc\w*|get_timer\w*|rand\w*|telemetry_\w+|"
    r"malloc\w*|zmalloc\w*)|clock_gettime|gettimeofday|time|getrandom|random|rand|pthread_\w+)\s*\("
)

# Allocation, output and exits have no business on the packet path.
PATH_FORBIDDEN = re.compile(r"\b((?:malloc|calloc|realloc|free|printf|fprintf|puts|exit)\s*\(|goto\b)")

LINES_MAX = {"lib": 600, "app": 600, "tests": 800}
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100


def sources(top, folder, *endings):
    return sorted(p for e in endings for p in (top / folder).rglob("*" + e))


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def layer_of(top, path):
    return path.relative_to(top / "lib").parts[0]


def check_layers(top):
    """Includes run one way."""
    owner = {p.name: layer_of(top, p) for p in sources(top, "lib", ".h", ".def")}
    for path in sources(top, "lib", ".c", ".h"):
        layer = layer_of(top, path)
        for name in re.findall(r'#include "([^"]+)"', path.read_text()):
            target = owner.get(pathlib.Path(name).name)
            if target is None:
                yield f"{path}: {name} is in no layer"
            elif target != layer and target not in LAYERS[layer]:
                yield f"{path}: {layer} must not include {name} of {target}"
    for path in sources(top, "app", ".c", ".h"):
        for name in re.findall(r'#include ["<]([^">]+)[">]', path.read_text()):
            base = pathlib.Path(name).name
            if owner.get(base, "include") != "include" and not (path.parent / base).exists():
                yield f"{path}: the daemon must not include {name} of {owner[base]}"


def check_header_names(top):
    """Headers have names of their own: includes are by file name."""
    seen = {}
    for path in sources(top, "lib", ".h"):
        if path.name in seen:
            yield f"{path}: {seen[path.name]} has the same name"
        seen[path.name] = path


def check_port_alone(top):
    """Devices, cores, clocks and chance are known to lib/port alone."""
    for path in sources(top, "lib", ".c", ".h"):
        if layer_of(top, path) in ("port", "include"):
            continue
        for number, line in enumerate(without_comments(path.read_text()).split("\n"), 1):
            found = PORT_ONLY.search(line)
            if found:
                yield f"{path}:{number}: {found.group(1)}"


def check_path(top):
    """No allocation, no output and no goto on the packet path."""
    for layer in ("wire", "timer", "flow", "tcp", "neigh", "pipeline"):
        for path in sources(top, "lib/" + layer, ".c", ".h"):
            for number, line in enumerate(without_comments(path.read_text()).split("\n"), 1):
                found = PATH_FORBIDDEN.search(line)
                if found:
                    yield f"{path}:{number}: {found.group(1)}"


def check_lengths(top):
    """Files and functions stay short, lines fit."""
    for folder, limit in LINES_MAX.items():
        for path in sources(top, folder, ".c", ".h"):
            lines = path.read_text().split("\n")
            if len(lines) > limit:
                yield f"{path}: {len(lines)} lines, at most {limit}"
            yield from long_lines(path, lines)
            yield from long_functions(path, lines)


def long_lines(path, lines):
    for number, line in enumerate(lines, 1):
        # A sentence in quotes stays in one piece, so that it can be searched for.
        if len(line.expandtabs(8)) > COLUMNS_MAX and '"' not in line:
            yield f"{path}:{number}: longer than {COLUMNS_MAX} columns"


def long_functions(path, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            if number - start - 1 > FUNCTION_LINES_MAX:
                yield f"{path}:{start}: a function of {number - start - 1} lines"
            start = None


def check_licence(top):
    """Every file says its licence first."""
    for folder in ("lib", "app", "tests"):
        for path in sources(top, folder, ".c", ".h", ".def", ".build", ".py", ".sh"):
            if "SPDX-License-Identifier: BSD-3-Clause" not in "\n".join(
                path.read_text().split("\n")[:3]
            ):
                yield f"{path}: no SPDX line"


def compile_alone(compiler, header):
    source = f'#include "{header}"\nint nothing_else;\n'
    return subprocess.run(
        [*compiler, "-x", "c", "-fsyntax-only", "-"],
        input=source, text=True, capture_output=True, check=False,
    )


def check_headers(top, compiler):
    """Every header compiles alone, with its own layer's directories."""
    for header in sources(top, "lib", ".h"):
        layer = layer_of(top, header)
        allowed = {layer} | LAYERS[layer]
        folders = [f"-I{top}/lib/{name}" for name in sorted(allowed)]
        result = compile_alone([*compiler, *folders], header)
        if result.returncode != 0:
            yield f"{header}: {result.stderr.strip().splitlines()[0]}"


def check_reasons_used(top):
    """Every counter and every reason is set somewhere: a name nobody counts is a promise broken."""
    text = "\n".join(p.read_text() for p in sources(top, "lib", ".c"))
    for name in re.findall(r"^DROP\((\w+),", (top / "lib/base/drop_reason.def").read_text(), re.M):
        if f"DROP_{name}" not in text:
            yield f"drop_reason.def: {name} is never a packet's fate"
    for name in re.findall(r"^COUNTER\((\w+),", (top / "lib/base/counter.def").read_text(), re.M):
        if f"COUNTER_{name}" not in text:
            yield f"counter.def: {name} is never counted"


def main():
    top = pathlib.Path(sys.argv[1])
    compiler = sys.argv[2:]
    checks = [
        check_layers, check_header_names, check_port_alone, check_path, check_lengths,
        check_licence, check_reasons_used,
        lambda t: check_headers(t, compiler),
    ]
    checks[-1].__doc__ = check_headers.__doc__
    print(f"1..{len(checks)}")
    failed = 0
    for number, check in enumerate(checks, 1):
        wrong = list(check(top))
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {check.__doc__}")
        for line in wrong:
            print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
