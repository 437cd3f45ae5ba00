"""How the tail weights do on a style of tail they have never seen.

    python bench/strip_leave_one_out.py --shared ../shared [--require 0.05]

For each style: fit on all others, test on this one (other seeds of the tail maker than in the fitting, and only sites
of the fold that is set aside), and compare with the weights that were fitted with the style. Prints each style's loss
of F1 and the worst one; exits with 1 if that is above `--require`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from strip_fit import TAIL_PENALTY, fit, fold_of, tail_documents, tail_f1

FIT_SEEDS, TEST_SEEDS = (11, 12, 13), (21, 22)
UNSIGNED = ("foreign_paragraphs",)  # complete, so never cut without a sign; printed, not counted


def main() -> int:
    """Print one line a style."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--require", type=float, default=1.0, help="the worst loss that is still fine")
    args = parser.parse_args()

    known = [d for d in tail_documents(args.shared, FIT_SEEDS) if fold_of(d.site) != 0]
    test = [d for d in tail_documents(args.shared, TEST_SEEDS) if fold_of(d.site) == 0]
    full = tail_f1(test, fit(known, TAIL_PENALTY))
    worst = 0.0
    for style in sorted({d.style for d in test} - {"clean", "broken off", "roundup"}):
        without = tail_f1(test, fit((d for d in known if d.style != style), TAIL_PENALTY))
        loss = full[style] - without[style]
        worst = max(worst, loss) if style not in UNSIGNED else worst
        print(f"{style:22s} with {full[style]:.4f}  without {without[style]:.4f}  loss {loss:+.4f}")
    print(f"worst_loss={worst:.4f}")
    return int(worst > args.require)


if __name__ == "__main__":
    raise SystemExit(main())
