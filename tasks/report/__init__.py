"""Reports on published versions: the page of one version, the story of one document, the difference of two.

write_report(tables, path, …)          report.html, one self-contained page
rewrite_report(dataset, path)          the same, of a published version
explain(dataset, id_or_path)           -> Story; find_document gives the id alone
export_table(dataset, file, …)         a table for people: csv, xlsx, jsonl, parquet
read_history(storage)                  -> one entry a run
diff_versions(old, new)                -> VersionDiff; diff_tables for tables that are not published yet
"""

from tasks.report.diff import VersionDiff, diff_tables, diff_versions, scan
from tasks.report.explain import Story, explain, find_document
from tasks.report.export import export_table
from tasks.report.history import describe_history, read_history
from tasks.report.page import rewrite_report, write_report
from tasks.report.views import rebuild_raws

__all__ = [
    "Story",
    "VersionDiff",
    "describe_history",
    "diff_tables",
    "diff_versions",
    "explain",
    "export_table",
    "find_document",
    "read_history",
    "rebuild_raws",
    "rewrite_report",
    "scan",
    "write_report",
]
