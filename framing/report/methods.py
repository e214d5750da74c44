"""The methods of a report as paragraphs to paste into a paper, with its own numbers; what was not done is not said.

What the program cannot know, it leaves to the authors in square brackets.
"""

from __future__ import annotations

from framing.agreement.labels import LabelAgreement
from framing.codebook import STANCES
from framing.evaluation import HELD_OUT, Evaluation
from framing.fitting import LARGE_FIT
from framing.linking import Account
from framing.report.content import Coding, Report
from framing.report.correction import describe_comparisons, describe_correction
from framing.report.phrases import count, decimal, join, name_label, show_name, span_decimals
from framing.report.statements import quote_statement

_WHO = "[Say here who coded them and how they were trained.]"
_STATEMENT = 1300
"""Characters of a statement on the coding that a paragraph quotes, at whole sentences."""


def write_methods(report: Report) -> tuple[str, ...]:
    """Return the paragraphs: corpus, codes, classifier, shares, comparisons, software."""
    paragraphs = (
        describe_corpus(report),
        describe_coding(report),
        describe_classifier(report),
        describe_correction(report),
        describe_comparisons(report),
        describe_software(report),
    )
    return tuple(filter(None, paragraphs))


def describe_corpus(report: Report) -> str:
    """Return what was read, what was left out and why, and what shares are counted over."""
    corpus = report.outlets.corpus
    skipped = sum(corpus.skipped.values())
    when = f", dated {report.period[0]} to {report.period[1]}," if report.period else ""
    said = [
        f"The corpus holds {count(corpus.articles, 'article')} of {count(len(report.outlets.groups), 'outlet')}{when} with "
        f"{count(corpus.sentences, 'sentence')} in their bodies; shares are over these sentences."
    ]
    if skipped:
        reasons = [f"{n:,} since {show_name(reason, 120)}" for reason, n in sorted(corpus.skipped.items(), key=lambda i: -i[1])]
        said.append(f"{count(skipped, 'further input')} {_was(skipped)} left out: {'; '.join(reasons[:6])}.")
    if corpus.headlines:
        said.append(f"{count(corpus.headlines, 'headline')} {_was(corpus.headlines)} labelled and not counted.")
    if corpus.undated:
        said.append(f"{count(corpus.undated, 'article')} without a date {_was(corpus.undated)} counted in no period.")
    if corpus.without_outlet:
        said.append(f"{count(corpus.without_outlet, 'article')} named no outlet.")
    if corpus.foreign:
        said.append(f"{count(corpus.foreign, 'article')} did not read like the language of the classifier.")
    if corpus.copies:
        noun = "article that prints" if corpus.copies == 1 else "articles that print"
        said.append(f"{corpus.copies:,} {noun} the text of another one {_was(corpus.copies)} counted like the others.")
    said.append(_describe_overlap(report))
    return " ".join(said)


def _describe_overlap(report: Report) -> str:
    """Return how many sentences the classifier learnt from, and what this does to their numbers."""
    trained = report.outlets.corpus.trained_on
    if not trained:
        return "The classifier is not known to have been trained on any of these sentences."
    said = f"The classifier was trained on {trained:,} of these sentences; an uncorrected index is flattered there"
    if report.outlets.is_corrected:
        said += " (where sentences are corrected, predictions of these come from models that did not see them)"
    return f"{said}."


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def describe_coding(report: Report) -> str:
    """Return the unit, the codebook, and who coded which sentences how alike."""
    codebook = report.codebook
    labels = []
    if codebook.frames:
        frames = join([show_name(frame.name) for frame in codebook.frames], most=30)
        rule = "exactly one to a sentence" if codebook.single_label else "any number to a sentence, or none"
        labels.append(f"for {count(len(codebook.frames), 'frame')} ({frames}; {rule})")
    if codebook.targets:
        labels.append(
            f"for the stance ({', '.join(STANCES)}) towards {join([show_name(t.name) for t in codebook.targets], most=30)}"
        )
    said = [
        f"The unit of coding and of analysis is the sentence. Sentences are coded {' and '.join(labels)} by the codebook "
        f"“{show_name(codebook.title, 120)}”, version {show_name(codebook.version)} (SHA-256 {codebook.digest[:12]})."
    ]
    account = report.outlets.account
    if account is not None:
        said.append(_describe_sample(report))
        said.append(_describe_agreement(report, report.correcting) or "How well coders agree on these sentences was not measured.")
    return " ".join(said)


def _describe_sample(report: Report) -> str:
    account = report.outlets.account
    if account is None:
        return ""
    design = f", {show_name(report.sample.design, 120)}" if report.sample.design else ""
    coders = f" by {count(len(account.coders), 'coder')}" if account.coders else ""
    coded = {group.coded for group in report.outlets.groups}
    by_outlet = join([f"{show_name(group.name)} {group.coded:,}" for group in report.outlets.groups], most=40)
    by_outlet = f"{coded.pop():,} of each outlet" if len(coded) == 1 and len(report.outlets.groups) > 1 else by_outlet
    said = [
        f"A probability sample of {count(account.used + account.waiting + account.passed_over, 'sentence')}{design}, each with a "
        f"known probability of inclusion, was drawn; {_say_progress(account)}{coders} ({by_outlet}). "
        f"{_quote_statement(report.correcting.statement) or _WHO}"
    ]
    left = [
        (account.not_found, "not among the sentences that were scored"),
        (account.not_by_chance, "not drawn by chance"),
        (account.without_probability, "without a known probability of inclusion"),
        (account.repeated, "coded under another name as well"),
    ]
    unused = [f"{number:,} {why}" for number, why in left if number]
    if unused:
        said.append(f"Of {count(account.coded, 'coded sentence')} these did not enter: {'; '.join(unused)}.")
    if account.waiting or account.passed_over:
        said.append("The drawn sentences without codes are taken to be like the coded ones.")
    return " ".join(said)


def _say_progress(account: Account) -> str:
    """Return how many of the drawn sentences wait or were passed over, and last how many were coded."""
    parts = [f"{account.waiting:,} {'waits' if account.waiting == 1 else 'wait'} for a coder"] * bool(account.waiting)
    parts += [f"{account.passed_over:,} {_was(account.passed_over)} skipped or rejected by coders"] * bool(account.passed_over)
    coded = f"{account.used:,} of them {_was(account.used)} coded"
    return join([*parts, coded])


def _describe_agreement(report: Report, coding: Coding) -> str:
    """Return alpha of each label, nothing where no sentence was coded by two."""
    rows = [row for row in coding.agreement if row.units]
    if not rows:
        return ""
    units = max(row.units for row in rows)
    alphas = join([_say_alpha(report, row) for row in rows], most=40)
    return (
        f"{count(units, 'sentence')} {_was(units)} coded by two or more coders independently; before any reconciliation "
        f"Krippendorff's alpha (with its 95% interval; Krippendorff, 2004) was {alphas}."
    )


def _say_alpha(report: Report, row: LabelAgreement) -> str:
    name = name_label(report.codebook, row.label)
    if row.alpha is None:
        return f"undefined for {name}"
    interval = span_decimals(row.low, row.high)
    return f"{decimal(row.alpha)}{f' ({interval})' if interval else ''} for {name}"


def _quote_statement(statement: str) -> str:
    """Return what the documentation of a coding says, nothing where it says nothing."""
    quoted = quote_statement(statement, _STATEMENT)
    return f"The data's documentation says: “{quoted}”" if quoted else ""


def describe_classifier(report: Report) -> str:
    """Return what labelled the sentences, what it learnt from, and how well it did on what it had not seen."""
    model, facts = report.model, report.model.facts
    settings = model.vectorizer.settings
    words, characters = (f"{low} to {high}" for low, high in (settings.word_ngrams, settings.char_ngrams))
    pieces = f" and of {characters} characters within words" if settings.char_ngrams[1] else ""
    large = facts.get("sentences", 0) >= LARGE_FIT
    machine = "linear classifier of modified Huber loss" if large else "logistic regression"
    fitting = "stochastic gradient descent" if large else "liblinear"
    said = [
        f"All sentences were labelled by a classifier (model {show_name(model.label)}): one L2-regularised {machine} for "
        f"each frame and each side of a stance ({fitting}; C = {settings.frame_c:g} for frames, {settings.stance_c:g} "
        f"for stances), on TF-IDF weights of n-grams of {words} words{pieces}, found in at least "
        f"{count(max(settings.min_documents, 1), 'sentence')}, and on counts of the codebook's cues. A label is given at a "
        "threshold of its own, chosen on articles that were left out.",
    ]
    if facts.get("sentences"):
        coders = f" by {count(facts['coders'], 'coder')}" if facts.get("coders") else ""
        written = f"; {facts['written']:,} of the sentences were written for training" if facts.get("written") else ""
        said.append(
            f"It learnt from {count(facts['sentences'], 'sentence')} of {count(facts.get('articles', 0), 'article')}, coded{coders}"
            f"{written}. {_describe_training(report)}"
        )
    said += [_describe_evaluation(evaluation) for evaluation in report.evaluations]
    said.append(_name_unvouched(report) if report.evaluations else "How well it does was not evaluated.")
    return " ".join(filter(None, said))


def _describe_training(report: Report) -> str:
    """Return who coded what the classifier learnt from, and how alike, unless both were told of the sample."""
    if report.has_one_coding:
        return "These are of the coding that also corrects the shares, told above."
    who = _quote_statement(report.training.statement) or _WHO
    return f"{who} {_describe_agreement(report, report.training)}".strip()


def _describe_evaluation(evaluation: Evaluation) -> str:
    frames, stance = evaluation.macro_f1(), evaluation.macro_f1("stance")
    figures = [f"{decimal(frames)} over frames"] * (frames is not None) + [f"{decimal(stance)} over stances"] * (stance is not None)
    if not figures:
        return ""
    designs = {
        "articles left out": "With whole articles left out of training (cross-validation)",
        "outlets left out": "With whole outlets left out of training (cross-validation)",
    }
    held_out = f"On {HELD_OUT}" if evaluation.design.startswith(HELD_OUT) else f"Evaluated on {show_name(evaluation.design)}"
    basis = f"{count(evaluation.sentences, 'sentence')} of {count(evaluation.articles, 'article')}"
    basis += f" and {count(evaluation.outlets, 'outlet')}"
    return f"{designs.get(evaluation.design, held_out)} its macro-F1 is {' and '.join(figures)} ({basis})."


def _name_unvouched(report: Report) -> str:
    rows = [item for group in report.outlets.groups for part in (group.frames, group.stance) for item in part.items()]
    names = {name for name, row in rows if row.reliable is False}
    if not names:
        return ""
    said = join([name_label(report.codebook, label.id) for label in report.codebook.labels if label.id in names], most=20)
    return f"Its evaluation does not vouch for {said} (marked †)."


def describe_software(report: Report) -> str:
    """Return versions and digests, and the command."""
    making = report.making
    versions = join([f"{show_name(name)} {show_name(version)}" for name, version in making.versions.items()], most=20)
    digests = "; ".join(f"{show_name(name)} {show_name(digest)[:12]}" for name, digest in making.digests.items())
    said = [f"Computed on {making.date} with {versions}." if versions else f"Computed on {making.date}."]
    said += [f"SHA-256 digests: {digests}."] if digests else []
    said += [f"Command: {show_name(making.command, 400)}"] if making.command else []
    return " ".join(said)
