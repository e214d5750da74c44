"""The sources of the methods, as a paper lists them, and how to cite the software."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

REFERENCES = {
    "Angelopoulos et al., 2023": (
        "Angelopoulos, A. N., Bates, S., Fannjiang, C., Jordan, M. I., & Zrnic, T. (2023). Prediction-powered inference. Science, "
        "382(6671), 669–674."
    ),
    "Benjamini & Hochberg, 1995": (
        "Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate: A practical and powerful approach to multiple "
        "testing. Journal of the Royal Statistical Society, Series B, 57(1), 289–300."
    ),
    "Donner, 1989": (
        "Donner, A. (1989). Statistical methods in ophthalmology: An adjusted chi-square approach. Biometrics, 45(2), 605–611."
    ),
    "Efron & Stein, 1981": (
        "Efron, B., & Stein, C. (1981). The jackknife estimate of variance. The Annals of Statistics, 9(3), 586–596."
    ),
    "Egami et al., 2023": (
        "Egami, N., Hinck, M., Stewart, B. M., & Wei, H. (2023). Using imperfect surrogates for downstream inference: Design-based "
        "supervised learning for social science applications of large language models. Advances in Neural Information Processing "
        "Systems, 36."
    ),
    "Gutmann & Maymin, 1987": (
        "Gutmann, S., & Maymin, Z. (1987). Is the selected population the best? The Annals of Statistics, 15(1), 456–461."
    ),
    "Korn & Graubard, 1998": (
        "Korn, E. L., & Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of positive counts "
        "estimated from survey data. Survey Methodology, 24(2), 193–201."
    ),
    "Krippendorff, 2004": (
        "Krippendorff, K. (2004). Content analysis: An introduction to its methodology (2nd ed.). Thousand Oaks, CA: Sage."
    ),
    "Mogstad et al., 2024": (
        "Mogstad, M., Romano, J. P., Shaikh, A. M., & Wilhelm, D. (2024). Inference for ranks with applications to mobility across "
        "neighbourhoods and academic achievement across countries. Review of Economic Studies, 91(1), 476–518."
    ),
    "Monroe et al., 2008": (
        "Monroe, B. L., Colaresi, M. P., & Quinn, K. M. (2008). Fightin’ words: Lexical feature selection and evaluation for "
        "identifying the content of political conflict. Political Analysis, 16(4), 372–403."
    ),
    "Satterthwaite, 1946": (
        "Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin, 2(6), "
        "110–114."
    ),
    "Särndal et al., 1992": (
        "Särndal, C.-E., Swensson, B., & Wretman, J. (1992). Model assisted survey sampling. New York: Springer."
    ),
    "Wilson, 1927": (
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American "
        "Statistical Association, 22(158), 209–212."
    ),
}
"""Every source by the form in which a text cites it."""


def list_references(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Return the sources that ``paragraphs`` cite, in alphabetical order."""
    text = "\n".join(paragraphs)
    return tuple(full for short, full in REFERENCES.items() if short in text)


def cite_software(versions: Mapping[str, str]) -> str:
    """Return how to cite the software, with its version where it is known."""
    version = versions.get("framing")
    return f"framing{f' (Version {version})' if version else ''} [Computer software]."
