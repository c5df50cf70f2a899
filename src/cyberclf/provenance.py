"""Where the figures of an evaluation come from, for people who want to repeat it."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import cyberclf
from cyberclf.corpus import Corpus
from cyberclf.evaluation import Evaluation
from cyberclf.model import Model

__all__ = ["provenance"]

_VERSIONS: Final = ("numpy", "scipy", "scikit-learn", "pandas")


def provenance(
    evaluation: Evaluation, corpus: Corpus, *, model: Model | None = None, command: str = ""
) -> list[tuple[str, str]]:
    """Say what was scored, by what recipe or model, with which versions and command, as names and values."""
    kinds = [article.kind for article in corpus.articles]
    counted = ", ".join(f"{kinds.count(kind):,} {kind}" for kind in sorted(set(kinds)))
    facts = [("Articles", f"{len(kinds):,} ({counted})"), ("Fingerprint of the corpus", corpus.fingerprint)]
    if model is not None:
        facts.append(("Model", f"{len(model.themes)} themes, {len(model.vocabulary):,} terms"))
        trained = model.metadata.get("corpus")
        if isinstance(trained, dict):
            facts.append(("Fingerprint of the corpus it learnt from", str(trained.get("fingerprint", "?"))))
            facts.append(("Recipe", json.dumps(model.metadata.get("recipe"), sort_keys=True)))
    if evaluation.recipe is not None:
        facts.append(("Recipe", ", ".join(f"{key} {value}" for key, value in evaluation.recipe.as_dict().items())))
    facts.append(("Versions", ", ".join(_versions())))
    return [*facts, ("Command", command)] if command else facts


def _versions() -> list[str]:
    said = [f"cyberclf {cyberclf.__version__}", f"Python {platform.python_version()}"]
    for name in _VERSIONS:
        try:
            said.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return said
