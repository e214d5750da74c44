"""What each choice of the default model is worth: macro-F1 on left-out outlets when it is made otherwise.

Cross-validated on the project's own data, whose texts of real news are read from ``../shared/data``; nothing is measured on
the test sentences.

    python benchmarks/ablation.py
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from real_news import read_default_coding

from framing.annotations import Annotation
from framing.codebook import Codebook
from framing.coded import encode
from framing.evaluation import assign_outlet_folds, empty_model, evaluate_scores, predict_left_out, score_left_out
from framing.features import count_terms
from framing.settings import Settings
from framing.training import prepare

VARIANTS: dict[str, dict[str, object]] = {
    "as shipped": {},
    "no cues": {"cue_scale": 1e-6},
    "cues at 0.3": {"cue_scale": 0.3},
    "cues at 2": {"cue_scale": 2.0},
    "words alone, no characters": {"char_ngrams": (0, 0)},
    "single words": {"word_ngrams": (1, 1)},
    "characters 3 to 4": {"char_ngrams": (3, 4)},
    "C = 0.5": {"frame_c": 0.5, "stance_c": 0.5},
    "C = 8": {"frame_c": 8.0, "stance_c": 8.0},
    "every n-gram": {"min_documents": 1},
    "n-grams of 4 sentences": {"min_documents": 4},
    "written sentences weigh 1": {"written_weight": 1.0},
    "written sentences weigh nothing": {"written_weight": 1e-6},
}


def measure(annotations: Sequence[Annotation], codebook: Codebook, settings: Settings) -> tuple[float, float]:
    """Return macro-F1 over frames and over sides, outlets left out, thresholds chosen on the other outlets."""
    sentences, settled = prepare(annotations, codebook, settings)
    codes = encode(sentences, codebook)
    fold = assign_outlet_folds(codes, settled.folds)
    counts = count_terms([sentence.text for sentence in sentences], codebook, settled)
    (decisions,) = predict_left_out(counts, codes, codebook, settled, fold)
    scores = score_left_out(empty_model(codebook), decisions, codes, fold)
    evaluation = evaluate_scores(scores, codes, codebook, design="outlets left out")
    return evaluation.macro_f1() or 0.0, evaluation.macro_f1("stance") or 0.0


def main() -> None:
    coding = read_default_coding()
    print(f"{'':34} frames  stance")
    for name, change in VARIANTS.items():
        frames, stance = measure(coding.annotations, coding.codebook, replace(Settings(), **change))
        print(f"{name:34} {frames:.3f}   {stance:.3f}", flush=True)


if __name__ == "__main__":
    main()
