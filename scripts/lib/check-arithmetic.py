#!/usr/bin/env python3
"""Refuses + - * on 64-bit numbers in the product: a sum that does not fit ends the process, and what is counted here comes from
the network, the disk, the index, the clock or the command line.

The compiler knows which + is of which type, and writes it down with every debug build (the index store), so nothing is guessed
from the text. Use +| -| *| (Quantities), &+ for what only this process counts, or ByteCount.

    check-arithmetic.py [STORE]     exit code 0: nothing found; 1: these places; 2: no build to look at, or an older one
"""
import ctypes
import glob
import os
import re
import shutil
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
# The emulator, the benchmark and the pages take no number from outside that they calculate with.
LEFT_OUT = ("PulseEmulator", "PulseEmulatorCommand", "PulseBenchmark", "Pages")
# + - * and += -= *= of Int64 and UInt64, as the compiler names them.
REFUSED = re.compile(r"^s:s(?:6UInt64|5Int64)V(?:1[psm]oi|2[psm]eoi)")
POINTER = ctypes.c_void_p


class Text(ctypes.Structure):
    _fields_ = [("data", POINTER), ("length", ctypes.c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode() if self.data else ""


EACH = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, POINTER)
EACH_TEXT = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, Text)


class Store:
    """libIndexStore, which comes with the compiler."""

    def __init__(self, path):
        swift = os.path.realpath(shutil.which("swift"))
        self.library = ctypes.CDLL(os.path.join(os.path.dirname(swift), "..", "lib", "libIndexStore.so"))
        self.error = POINTER()
        self.store = self.call("store_create", POINTER, path.encode(), ctypes.byref(self.error))
        if not self.store:
            raise OSError(path)

    def call(self, name, result, *arguments):
        function = getattr(self.library, "indexstore_" + name)
        function.restype = result
        return function(*[POINTER(x) if isinstance(x, int) and x > 0xFFFF else x for x in arguments])

    def units(self):
        names = []
        each = EACH_TEXT(lambda _, name: names.append(str(name)) or True)
        self.call("store_units_apply_f", ctypes.c_bool, self.store, ctypes.c_uint(0), None, each)
        for name in names:
            reader = self.call("unit_reader_create", POINTER, self.store, name.encode(), ctypes.byref(self.error))
            if reader:
                yield name, str(self.call("unit_reader_get_main_file", Text, reader)), reader

    def records(self, unit):
        names = []

        def each(_, dependency):
            if self.call("unit_dependency_get_kind", ctypes.c_int, dependency) == 2:
                names.append(str(self.call("unit_dependency_get_name", Text, dependency)))
            return True

        self.call("unit_reader_dependencies_apply_f", ctypes.c_bool, unit, None, EACH(each))
        return names

    def uses(self, record):
        reader = self.call("record_reader_create", POINTER, self.store, record.encode(), ctypes.byref(self.error))
        found = []

        def each(_, occurrence):
            symbol = self.call("occurrence_get_symbol", POINTER, occurrence)
            usr = str(self.call("symbol_get_usr", Text, symbol))
            if REFUSED.match(usr):
                line, column = ctypes.c_uint(), ctypes.c_uint()
                self.call(
                    "occurrence_get_line_col", None, occurrence, ctypes.byref(line), ctypes.byref(column))
                found.append((line.value, column.value))
            return True

        if reader:
            self.call("record_reader_occurrences_apply_f", ctypes.c_bool, reader, None, EACH(each))
        return found


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, ".build", "debug", "index", "store")
    if not os.path.isdir(path):
        print("there is no debug build to look at; run: swift build", file=sys.stderr)
        return 2
    store = Store(path)
    sources = {
        file: os.path.getmtime(file)
        for file in glob.glob(os.path.join(ROOT, "Sources", "**", "*.swift"), recursive=True)
        if os.path.relpath(file, os.path.join(ROOT, "Sources")).split(os.sep)[0] not in LEFT_OUT
    }
    seen, found = set(), set()
    for name, file, unit in store.units():
        if file not in sources:
            continue
        if os.path.getmtime(os.path.join(path, "v5", "units", name)) >= sources[file]:
            seen.add(file)
        lines = open(file, encoding="utf-8").read().split("\n")
        for line, column in {use for record in store.records(unit) for use in store.uses(record)}:
            # A record of an older build may point anywhere.
            text = lines[line - 1].encode()[column - 1:column + 1] if line <= len(lines) else b""
            if re.match(rb"[-+*](?!\|)", text):
                found.add((os.path.relpath(file, ROOT), line, column, lines[line - 1].strip()))
    for file, line, column, text in sorted(found):
        print(f"{file}:{line}:{column}: {text}")
    if found:
        return 1
    old = sorted(set(sources) - seen)
    if old:
        print(f"{len(old)} files have changed since the last debug build, the first of them {os.path.relpath(old[0], ROOT)}; "
              "run: swift build", file=sys.stderr)
        return 2
    return 0


sys.exit(main())
