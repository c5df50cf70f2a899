"""How fast texts are scored: the model, its scikit-learn pipeline, and a stock pipeline fitted on the same texts.

``pytest tests/benchmarks --benchmark-group-by=group`` shows the ratios.
"""

import json

import pytest

import cyberclf
from cyberclf.files import shipped

N_TEXTS = 100


@pytest.fixture(scope="module")
def corpus():
    lines = shipped("seeds/corpus.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


@pytest.fixture(scope="module")
def texts(corpus):
    return [row["text"] for row in corpus][:N_TEXTS]


@pytest.fixture(scope="module")
def stock(corpus):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    labels = MultiLabelBinarizer().fit_transform([row["themes"] for row in corpus])
    made = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), OneVsRestClassifier(LogisticRegression()))
    return made.fit([row["text"] for row in corpus], labels)


def timed(benchmark, function, texts):
    found = benchmark.pedantic(function, args=(texts,), rounds=3, iterations=1, warmup_rounds=1)
    assert found.shape[0] == len(texts)
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.benchmark(group=f"score {N_TEXTS} texts")
def test_the_model(benchmark, texts):
    timed(benchmark, cyberclf.load().predict_proba, texts)


@pytest.mark.benchmark(group=f"score {N_TEXTS} texts")
def test_its_pipeline(benchmark, texts):
    timed(benchmark, cyberclf.load().to_pipeline().predict_proba, texts)


@pytest.mark.benchmark(group=f"score {N_TEXTS} texts")
def test_a_stock_pipeline(benchmark, texts, stock):
    timed(benchmark, stock.predict_proba, texts)


@pytest.mark.benchmark(group="score one text")
def test_the_model_on_one_text(benchmark, texts):
    timed(benchmark, cyberclf.load().predict_proba, texts[:1])


@pytest.mark.benchmark(group="score one text")
def test_its_pipeline_on_one_text(benchmark, texts):
    timed(benchmark, cyberclf.load().to_pipeline().predict_proba, texts[:1])


@pytest.mark.benchmark(group="score one text")
def test_a_stock_pipeline_on_one_text(benchmark, texts, stock):
    timed(benchmark, stock.predict_proba, texts[:1])


@pytest.mark.benchmark(group="open the artifact")
def test_open(benchmark):
    assert benchmark.pedantic(cyberclf.load, rounds=3, iterations=1, warmup_rounds=1).themes
