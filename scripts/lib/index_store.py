#!/usr/bin/env python3
"""What the compiler writes down with every debug build: which file uses what, and where (the index store)."""
import ctypes
import glob
import os
import shutil

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILT = os.path.join(ROOT, ".build", "debug", "index", "store")
POINTER = ctypes.c_void_p
# Roles of an occurrence (indexstore.h).
DECLARATION, DEFINITION, REFERENCE = 1, 2, 4


class Text(ctypes.Structure):
    _fields_ = [("data", POINTER), ("length", ctypes.c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode() if self.data else ""


EACH = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, POINTER)
EACH_TEXT = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, Text)


class NoBuild(Exception):
    """There is no debug build to look at, or an older one."""


class Store:
    """libIndexStore, which comes with the compiler."""

    def __init__(self, path=BUILT):
        if not os.path.isdir(path):
            raise NoBuild("there is no debug build to look at; run: swift build")
        self.path = path
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

    def records(self, targets):
        """Pairs of a Swift file of these targets and the name of what is written down about it. Raises `NoBuild` at the end
        when a file has changed since."""
        sources = {
            file: os.path.getmtime(file)
            for target in targets
            for file in glob.glob(os.path.join(ROOT, "Sources", target, "**", "*.swift"), recursive=True)
        }
        names, seen = [], set()
        each = EACH_TEXT(lambda _, name: names.append(str(name)) or True)
        self.call("store_units_apply_f", ctypes.c_bool, self.store, ctypes.c_uint(0), None, each)
        for name in names:
            unit = self.call("unit_reader_create", POINTER, self.store, name.encode(), ctypes.byref(self.error))
            file = str(self.call("unit_reader_get_main_file", Text, unit)) if unit else None
            if file not in sources:
                continue
            if os.path.getmtime(os.path.join(self.path, "v5", "units", name)) >= sources[file]:
                seen.add(file)
            for record in self.records_of(unit):
                yield file, record
        old = sorted(set(sources) - seen)
        if old:
            raise NoBuild(f"{len(old)} files have changed since the last debug build, the first of them "
                          f"{os.path.relpath(old[0], ROOT)}; run: swift build")

    def records_of(self, unit):
        names = []

        def each(_, dependency):
            if self.call("unit_dependency_get_kind", ctypes.c_int, dependency) == 2:
                names.append(str(self.call("unit_dependency_get_name", Text, dependency)))
            return True

        self.call("unit_reader_dependencies_apply_f", ctypes.c_bool, unit, None, EACH(each))
        return names

    def occurrences(self, record):
        """Of symbols in a file: the symbol's name for the compiler, its roles there, line and column."""
        reader = self.call("record_reader_create", POINTER, self.store, record.encode(), ctypes.byref(self.error))
        found = []

        def each(_, occurrence):
            symbol = self.call("occurrence_get_symbol", POINTER, occurrence)
            line, column = ctypes.c_uint(), ctypes.c_uint()
            self.call("occurrence_get_line_col", None, occurrence, ctypes.byref(line), ctypes.byref(column))
            found.append((
                str(self.call("symbol_get_usr", Text, symbol)),
                self.call("occurrence_get_roles", ctypes.c_uint64, occurrence), line.value, column.value))
            return True

        if reader:
            self.call("record_reader_occurrences_apply_f", ctypes.c_bool, reader, None, EACH(each))
        return found
