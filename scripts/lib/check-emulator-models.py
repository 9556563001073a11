#!/usr/bin/env python3
"""Parses every answer of the emulator with the strict models of the API's official client (PyPI: pulse-python-sdk).

Usage: check-emulator-models.py URL KEY

The client itself checks nothing: its models are built without validation. Here pydantic validates each field, without turning one
type into another. Members that the models do not have are named; what the models refuse is named with the reason, and is a fault
unless it stands in REFUSED, which lists the shapes that are meant to be other than the models say.
"""

import copy
import json
import re
import sys
import urllib.error
import urllib.request

import pydantic
from pulse import types

# What the models refuse in a job, by the place in the answer.
REFUSED = {
    # Met by programs that others wrote for the service, and not what the models say.
    "annual-survey-300-pages": {"result.extensions.chunking.page[]"},
    "delivery-notes-flat": {"result.bounding_boxes"},
    "inspection-certificate-0771": {
        "result.extensions.chunking.page[]",
        "result.extensions.chunking.semantic[]",
        "result.extensions.chunking.recursive[]",
    },
    "price-list-spans-2025": {"result.extensions.chunking.page[]"},
    "pump-manual-html": {"result.chunks"},
    "scan-corrupt-0044": {"error"},
    # A whole number that is written as 1e0.
    "unusual-json": {"result.page_count"},
}


def model_of(result):
    """The model of a result, by the identifier that it has."""
    if result.get("is_url"):
        return types.ExtractLargeResultResponse
    if "results" in result and "schema_id" not in result:
        return types.PipelineExecuteResponse
    for name, model in (
        ("tables_id", types.TablesResponse), ("form_id", types.FormResult), ("batch_job_id", types.BatchExtractResponse),
    ):
        if name in result:
            return model
    if "schema_id" in result:
        return types.SplitSchemaResponse if "split_id" in result else types.SingleSchemaResponse
    return types.SplitResponse if "split_id" in result else types.ExtractResponse


def place(path):
    """A path as text, whatever the number of an element."""
    return re.sub(r"\.\[", "[", ".".join("[]" if isinstance(part, int) else str(part) for part in path))


def extras(model, path=()):
    """The places of members that a model does not have."""
    for name in model.model_extra or {}:
        yield place((*path, name))
    for name, field in type(model).model_fields.items():
        yield from within(getattr(model, name), (*path, field.alias or name))


def within(value, path):
    if isinstance(value, pydantic.BaseModel):
        yield from extras(value, path)
    elif isinstance(value, list):
        for element in value:
            yield from within(element, (*path, 0))
    elif isinstance(value, dict):
        for name, element in value.items():
            yield from within(element, (*path, name))


class Answers:
    """What the emulator answers to one key."""

    def __init__(self, url, key):
        self.url, self.key = url, key

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"x-api-key": self.key})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()


def take_away(value, path):
    """Takes the value at a path out of its container."""
    for part in path[:-1]:
        value = value[part]
    del value[path[-1]]


def validate(model, value, path, refused, extra, strict=True):
    """Adds what the model refuses of a value, with the reason, and what it does not have of the rest, which must be accepted."""
    try:
        extra.update(extras(model.model_validate(value, strict=strict), path))
    except pydantic.ValidationError as error:
        faults = error.errors(include_url=False)
        for fault in faults:
            refused.setdefault(place((*path, *fault["loc"])), fault["msg"])
        value = copy.deepcopy(value)
        for loc in sorted({fault["loc"] for fault in faults}, key=lambda loc: [str(part).zfill(9) for part in loc], reverse=True):
            take_away(value, loc)
        extra.update(extras(model.model_validate(value, strict=strict), path))


def check(answers, job):
    """What the models refuse in a job's answers, and what they do not have."""
    refused, extra = {}, set()
    document = json.loads(answers.get(f"/job/{job}"))
    # Dates are texts in JSON.
    validate(types.JobStatusResponse, document, (), refused, extra, strict=False)
    result = document.get("result")
    if not isinstance(result, dict) or result.get("expired"):
        return refused, extra
    link = result if result.get("is_url") else result.get("results") or {}
    is_link = isinstance(link, dict) and link.get("is_url") is True
    if is_link:
        validate(types.ExtractLargeResultResponse, link, ("link",), refused, extra)
        try:
            result = json.loads(answers.get(f"/large_results/{job}"))
        except urllib.error.HTTPError as error:
            if error.code != 410:
                raise
            return refused, extra
    model = types.PipelineResults if "extract" in result else model_of(result)
    validate(model, result, ("result",), refused, extra)
    return refused, extra


def main(url, key):
    answers = Answers(url, key)
    jobs = json.loads(answers.get("/_emulator/jobs"))["jobs"]
    passed = failed = 0
    everywhere = {}
    for job in jobs:
        try:
            refused, extra = check(answers, job)
        except urllib.error.HTTPError as error:
            if error.code == 403:
                continue
            raise
        for name in extra:
            everywhere.setdefault(name, []).append(job)
        if set(refused) == REFUSED.get(job, set()):
            passed += 1
            print(f"ok    models: {job}" + (": refused, as is known" if refused else ""))
        else:
            failed += 1
            print(f"FAIL  models: {job}: expected {sorted(REFUSED.get(job, set()))}")
        for name, reason in sorted(refused.items()):
            print(f"        {name}: {reason}")
    print("Members that the models do not have, and how many jobs have them:")
    for name, of in sorted(everywhere.items()):
        print(f"        {name}: {len(of)}" + (f" ({of[0]})" if len(of) == 1 else ""))
    print(f"{passed} answers as expected, {failed} not")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
