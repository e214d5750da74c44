"""The house shows its plan: imports run one way, heavy libraries stay out of sight, and no code spells a frame."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from framing.codebook import read_codebook

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "framing"

# From the ground up; a module may import from the layers below its own, never from its own or those above.
LAYERS = (
    {"errors", "arrays", "normalizing", "storing", "scorer", "runs", "storing.arrays", "readers.responses"},
    {"articles", "codebook", "settings", "files", "languages", "spreadsheets", "ngrams", "chunks", "agreement", "agreement.alpha"}
    | {"share_samples", "speakers", "quantification", "cooccurrence", "copies"},
    {"share_intervals", "readers.rows", "readers.html", "agreement.intervals", "cues", "voice", "annotations", "labelling"}
    | {"line_rules", "boundaries", "counting", "record_files", "storing.files", "storing.outline", "runs.columns"}
    | {"codebook_changes", "codebook_versions", "codebook_template", "coding_keys"},
    {"prevalence", "readers.jsonl", "readers.warc", "cleaning", "features", "annotation_files", "agreement.reliability_data"}
    | {"codebook_migration", "adjudication"},
    {"readers.text", "readers.tables", "sentences", "explain", "abbreviations", "coded", "samples", "journal"}
    | {"error_rates", "topics", "word_counts"}
    | {"agreement.labels", "agreement.coders", "agreement.disagreements", "agreement.recal"},
    {"readers", "standoff"},
    {"runs.partitions"},
    {"runs.reading"},
    {"scorer.index", "scorer.sums"},
    {"scorer.checks", "scorer.repeats"},
    {"scorer.cue_tables"},
    {"scorer.tables", "scorer.cues"},
    {"scorer.analysis"},
    {"scorer.memo"},
    {"scorer.scorer"},
    {"scoring_model", "storing.terms"},
    {"model"},
    {"fitting", "pipeline_export", "wording", "coding", "exchange.sources", "exchange.labels", "exchange.labeling_config"},
    {"exchange.carrying", "exchange.columns", "exchange.native"},
    {"exchange.returning", "exchange.files_by_coder", "exchange.cas", "exchange.bundle"},
    {"exchange.rows", "exchange.label_studio", "exchange.doccano", "exchange.prodigy", "exchange.argilla", "exchange.inception"},
    {"exchange.csv_table", "exchange.excel"},
    {"exchange"},
    {"calibration", "metrics", "suggesting"},
    {"evaluation", "scoring"},
    {"searching", "model_changes", "card", "population", "sampling", "sampling.assignment", "storing.evaluations"},
    {"training", "label_differences", "tallies", "storing.archive"},
    {
        "store",
        "output",
        "audit",
        "sampling.earlier",
        "sampling.allocation",
        "sampling.uncertainty",
        "grouping",
        "saved_scores",
        "outlets",
    },
    {"runs.parts"},
    {"runs.manifest"},
    {"runs.running"},
    {"runs.cluster"},
    {"checking", "tables", "sampling.designs", "sampling.assumptions", "linking"},
    {"summary"},
    {"target_shares"},
    {"summarizing"},
    {"evidence", "contrasts", "adjustment"},
    {"summary_records"},
    {"comparing"},
    {"charts", "charts.palette", "charts.labels", "charts.compact_svg"},
    {"charts.marks"},
    {"charts.dots", "charts.matrix", "charts.lines"},
    {"charts.figures", "charts.captions"},
    {"charts.profiles", "charts.stances", "charts.trends", "charts.pairs", "charts.together", "charts.drawing"},
    {"sampling.active", "sampling.recoding", "sampling.planning", "tables.agreement", "tables.checking", "tables.codebook"}
    | {"tables.evaluation", "tables.explanations", "tables.scores", "tables.models", "tables.searches"},
    {"tables.summaries", "tables.sampling", "tables.contrasts"},
    {"report", "report.phrases", "report.references", "report.statements", "report.shifts"},
    {"report.claims", "report.content"},
    {"report.picking", "report.tabulating", "report.findings", "report.correction", "report.browser"},
    {"report.methods", "report.openings", "report.quality_tables", "report.charts", "report.assembly"},
    {"report.sections"},
    {"report.page", "report.markdown"},
    {"commands", "commands.options", "commands.speaking", "commands.sampling_options"},
    {"web", "web.guard"},
    {"web.app"},
    {"web.server", "commands.intake", "commands.terminal", "commands.progress"},
    {"commands.gathering", "commands.score_runs"},
    {"commands.scoring", "commands.summarizing", "commands.training", "commands.coding", "commands.checking"}
    | {"commands.models", "commands.annotating"}
    | {"commands.codebook", "commands.sampling", "commands.exchanging"},
    {"commands.reporting"},
    {"cli"},
    {"__main__", "__init__"},
)
HEAVY = {"sklearn", "nltk", "scipy", "joblib", "trafilatura", "pyarrow", "charset_normalizer", "starlette", "uvicorn", "openpyxl"}
HEAVY |= {"jinja2", "markupsafe", "vl_convert", "warcio", "distributed", "dask"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}


def imports(tree: ast.AST) -> set[str]:
    """Return the modules of the package that a module imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "framing":
            module = node.module.removeprefix("framing").removeprefix(".")
            found |= {module} if module else {alias.name for alias in node.names if alias.name in MODULES} or {"__init__"}
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("framing.") for alias in node.names if alias.name.startswith("framing.")}
    return found


def test_every_module_has_its_layer() -> None:
    assert sorted(name for layer in LAYERS for name in layer) == sorted(MODULES)


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"__init__", "__main__"}))
def test_imports_run_one_way(name: str) -> None:
    level = {module: number for number, layer in enumerate(LAYERS) for module in layer}
    upward = {module for module in imports(MODULES[name]) if module != "__init__" and level[module] >= level[name]}
    assert not upward, f"framing.{name} imports {upward} from its own layer or above"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_heavy_libraries_are_imported_where_they_are_used(name: str) -> None:
    top = [node for node in MODULES[name].body if isinstance(node, ast.Import | ast.ImportFrom)]
    roots = {alias.name.split(".")[0] for node in top if isinstance(node, ast.Import) for alias in node.names}
    roots |= {str(node.module).split(".")[0] for node in top if isinstance(node, ast.ImportFrom)}
    assert not roots & HEAVY


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_code_spells_a_frame_or_a_target(name: str) -> None:
    codebook = read_codebook(ROOT / "annotations" / "codebook.toml")
    spelled = {node.value for node in ast.walk(MODULES[name]) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not spelled & {*codebook.frame_ids, *codebook.target_ids}


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"cli", "output", "__main__"}))
def test_only_the_command_line_prints_exits_or_reads_the_environment(name: str) -> None:
    called = {ast.unparse(node.func) for node in ast.walk(MODULES[name]) if isinstance(node, ast.Call)}
    assert not called & {"print", "exit", "sys.exit", "os.getenv", "os._exit"}
    assert "os.environ" not in ast.unparse(MODULES[name])
