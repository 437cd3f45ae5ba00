"""Croissant 1.0 metadata: what the tables hold, in the form that machine-learning tools read.

In     a manifest
Out    `croissant.json`, valid for `mlcroissant`

Source  MLCommons, Croissant Format Specification 1.0, 2024.
Limits  Columns that hold lists of records (captions, dates, figures) are described by their parts; the flat tables
        `dates` and `figures` are easier to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasks.columns import TABLES, Field, TableSpec
from tasks.publish.card import DEFAULT_ABOUT
from tasks.publish.versions import to_json

CROISSANT = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
# The context that the specification, section "Context", asks for
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_KEYS = {"articles": "article_id", "documents": "document_id", "duplicates": "document_id"}


def write_croissant(path: Path, manifest: Mapping[str, Any], about: Mapping[str, str]) -> None:
    """Write the metadata of a version."""
    path.write_bytes(to_json(describe(manifest, {**DEFAULT_ABOUT, **about})))


def describe(manifest: Mapping[str, Any], about: Mapping[str, str]) -> dict[str, Any]:
    """The metadata as plain data."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": about["name"],
        "description": about["description"],
        "license": about["license"],
        "url": about.get("url", "https://schema.org/Dataset"),
        "citeAs": about.get("citation", about["name"]),
        "version": f"{int(manifest['version'][1:])}.0.0",
        "datePublished": manifest["created_at"],
        "inLanguage": [code for code in manifest["rules"]["languages"] if code != "und"],
        "distribution": [_file(name, manifest["files"]) for name in TABLES],
        "recordSet": [_record_set(name, table) for name, table in TABLES.items()],
    }


def _file(table: str, files: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{table}.parquet"
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{files[name]['bytes']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": files[name]["sha256"],
    }


def _record_set(name: str, table: TableSpec) -> dict[str, Any]:
    fields = [_field(name, field) for field in table.fields]
    described: dict[str, Any] = {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}
    described["description"] = table.doc
    if name in _KEYS:
        described["key"] = {"@id": f"{name}/{_KEYS[name]}"}
    return described


def _field(table: str, field: Field) -> dict[str, Any]:
    described = _named(f"{table}/{field.name}", field)
    kind = field.type
    if pa.types.is_list(kind):
        described["repeated"] = True
        kind = kind.value_type
    source = {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": field.name}}
    if not field.parts:
        return described | {"dataType": _data_type(kind), "source": source}
    parts = [
        {
            **_named(f"{table}/{field.name}/{part.name}", part),
            "dataType": _data_type(part.type),
            "source": {**source, "transform": {"jsonPath": part.name}},
        }
        for part in field.parts
    ]
    return described | {"subField": parts}


def _named(place: str, field: Field) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": place, "name": field.name, "description": field.doc}


def _data_type(kind: pa.DataType) -> str:
    """The schema.org name of an Arrow type.

    >>> _data_type(pa.int32()), _data_type(pa.date32())
    ('sc:Integer', 'sc:Date')
    """
    if pa.types.is_timestamp(kind):
        return "sc:DateTime"
    if pa.types.is_date(kind):
        return "sc:Date"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
