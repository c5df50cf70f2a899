"""What several tests share: a small corpus of invented sentences, and a model trained on it once."""

from pathlib import Path

import pytest
from hypothesis import settings

import cyberclf
from cyberclf.cli import main
from cyberclf.cli.common import corpus_of
from cyberclf.corpus import Corpus, read_corpus
from cyberclf.encode import encode
from cyberclf.files import shipped
from cyberclf.folds import event_splits
from cyberclf.holdout import out_of_fold, recipe_for
from cyberclf.labelled import LabelledArticle
from cyberclf.training import train

# No test asserts an absolute time: machines are shared.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")

SEA = [
    "thon",
    "port",
    "filet",
    "sardine",
    "chalutier",
    "marée",
    "criée",
    "mareyeur",
    "pêcheur",
    "quai",
    "bateau",
    "équipage",
]
LAW = [
    "sénat",
    "loi",
    "vote",
    "décret",
    "débat",
    "député",
    "scrutin",
    "réforme",
    "amendement",
    "séance",
    "commission",
    "texte",
]


def small_articles():
    """Thirty-six articles: a third about the sea, a third about law, a third about both; two sources."""
    rows = []
    for number in range(36):
        sea, law = SEA[number % 12], LAW[number % 12]
        parts = {
            "mer": f"Le {sea} et le {SEA[(number * 5 + 1) % 12]} du {SEA[(number * 7 + 2) % 12]}.",
            "loi": f"La {law} sur la {LAW[(number * 5 + 1) % 12]} au {LAW[(number * 7 + 2) % 12]}.",
        }
        themes = [("mer",), ("loi",), ("mer", "loi")][number // 12]
        rows.append(
            LabelledArticle(
                id=str(number),
                where=f"row {number}",
                text=" ".join(parts[theme] for theme in themes) + f" Article de la série{number % 5}.",
                themes=frozenset(themes),
                event=f"e{number}",
                source=f"s{number % 2}",
            )
        )
    return rows


@pytest.fixture(scope="session")
def small_corpus():
    return Corpus.of(small_articles())


@pytest.fixture(scope="session")
def small(small_corpus):
    return train(small_corpus, n_jobs=1)


@pytest.fixture(scope="session")
def model():
    return cyberclf.load()


@pytest.fixture(scope="session")
def written():
    return read_corpus([shipped("seeds/corpus.jsonl")])


@pytest.fixture
def root():
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def held_out_seeds():
    """Corpus, arrays and held-out scores of all of seeds/."""
    corpus = corpus_of(())
    data = encode(corpus.articles, corpus.themes)
    recipe = recipe_for(data)
    return corpus, data, out_of_fold(data, event_splits(data, recipe.n_folds, recipe.seed), recipe, n_jobs=2)[0]


@pytest.fixture
def call(capsys):
    """Run the program in this process: status, what it printed, what it said."""

    def called(*args):
        status = 0
        try:
            main([str(arg) for arg in args])
        except SystemExit as stop:
            status = stop.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return called
