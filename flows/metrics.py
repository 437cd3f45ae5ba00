"""Numbers of a run for a collector of metrics (node_exporter's textfile collector).

In     how the run ended; the file of the run before
Out    a file in the text format of Prometheus, written whole or not at all
"""

from __future__ import annotations

from pathlib import Path

from flows.notify import Message


def write_metrics(path: Path, message: Message, *, now: float) -> None:
    """Write numbers of the run for node_exporter's textfile collector, whole or not at all.

    The time of the last success is kept from the file before where this run was none.

    Args:
        path: the file; its name should end in `.prom`.
        now: seconds since 1970, UTC.

    Raises:
        OSError: the file cannot be written.
    """
    succeeded = message.event in ("published", "nothing_new")
    values: dict[str, float] = {"last_run_timestamp_seconds": now, "last_run_success": float(succeeded)}
    last = now if succeeded else _last_success(path)
    if last is not None:
        values["last_success_timestamp_seconds"] = last
    values["run_seconds"] = sum(message.facts.get("seconds", {}).values())
    lines = [line for name, value in values.items() for line in _metric(name, value)]
    if counts := message.facts.get("counts", {}):
        lines.append("# TYPE copydesk_rows gauge")
        lines += [f'copydesk_rows{{what="{name}"}} {number}' for name, number in sorted(counts.items())]
    lines.append("# TYPE copydesk_gate_findings gauge")
    found: dict[tuple[str, str], int] = {}
    for finding in message.facts.get("gates", ()):
        key = (str(finding["gate"]), str(finding["level"]))
        found[key] = found.get(key, 0) + 1
    lines += [f'copydesk_gate_findings{{gate="{g}",level="{at}"}} {n}' for (g, at), n in sorted(found.items())]
    part = path.with_name(f".{path.name}.part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(path)


def _metric(name: str, value: float) -> list[str]:
    return [f"# TYPE copydesk_{name} gauge", f"copydesk_{name} {value:.15g}"]


def _last_success(path: Path) -> float | None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return next(float(x.split()[1]) for x in lines if x.startswith("copydesk_last_success_timestamp_seconds "))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
