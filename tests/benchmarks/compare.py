"""How fast texts are tagged, against what one would use instead and against what a processor can do at all.

``python tests/benchmarks/compare.py [--texts FILE.jsonl] [--megabytes N] [--repeats N] [--picture FILE]``

Every contender gets the same texts in the same run on one core, in turn, so that a busy machine slows all of them.
A figure is the median of the repeats, of processor time where one thread works.  The texts are the written corpus,
shuffled sentence by sentence, or your own (JSON Lines with ``text``).  Contenders learn from the written corpus.
fastText is left out where it is not installed (``pip install cyberclf[bench]``).

``--train N`` instead trains on N articles mixed of written ones, and says how long it takes and how much memory.
"""

import argparse
import json
import os
import pickle
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import cyberclf
from cyberclf.files import shipped

ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
    "1",
)
OURS, PIPELINE, STOCK, FASTTEXT = "cyberclf", "its scikit-learn pipeline", "stock scikit-learn", "fastText, bigrams"
LIMIT, BYTES = "limit: signs and hashes of words", "sum of the bytes"
CONTENDERS = (OURS, PIPELINE, STOCK, FASTTEXT)
#: What this run is asked to show: ours against each, at least.
WANTED = {PIPELINE: 25.0, STOCK: 15.0, FASTTEXT: 8.0, LIMIT: 0.5}
PLAIN_SCRIPT = """
import json, pickle, sys
with open(sys.argv[1], "rb") as file:
    model, names = pickle.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    rows = [json.loads(line) for line in file]
found = model.predict_proba([row["text"] for row in rows])
with open(sys.argv[3], "w", encoding="utf-8") as file:
    for row, values in zip(rows, found.tolist()):
        made = {"id": row["id"], "themes": [n for n, v in zip(names, values) if v >= 0.5],
                "probabilities": {n: round(v, 4) for n, v in zip(names, values)}}
        file.write(json.dumps(made, ensure_ascii=False) + "\\n")
"""


# ------------------------------------------------------------------ texts


def written_rows():
    """Rows of the written corpus."""
    lines = shipped("seeds/corpus.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def mixed_articles(rows, seed=0):
    """Articles without end: sentences of two written ones of the same themes, and new words here and there."""
    draw = random.Random(seed)
    alike = {}
    for row in rows:
        alike.setdefault(tuple(sorted(row["themes"])), []).append(row)
    while True:
        first = draw.choice(rows)
        second = draw.choice(alike[tuple(sorted(first["themes"]))])
        sentences = [s for row in (first, second) for s in row["text"].replace("\n", ". ").split(". ") if s]
        draw.shuffle(sentences)
        kept = sentences[: draw.randint(max(1, len(sentences) // 2), len(sentences))]
        # Real news brings names and words that no corpus has: some three in a hundred.
        words = ". ".join(kept).split(" ")
        for _ in range(len(words) // 33):
            words[draw.randrange(len(words))] = f"{draw.choice('BDKMT')}{draw.getrandbits(24):x}".translate(SPELT)
        yield {"themes": first["themes"], "text": f"{kept[0]}\n{' '.join(words)}."}


SPELT = str.maketrans("0123456789", "aeiouélnrs")


def mixed_texts(megabytes):
    """Texts of so many megabytes as UTF-8; up to three mixed articles each, since real ones are longer."""
    source, draw, texts, size = mixed_articles(written_rows()), random.Random(1), [], 0
    while size < megabytes * 1e6:
        text = "\n".join(next(source)["text"] for _ in range(draw.randint(1, 3)))
        texts.append(text)
        size += len(text.encode())
    return texts


def read_texts(path):
    """Texts of a user's own JSON Lines."""
    with Path(path).open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file if line.strip()]


# ------------------------------------------------------------------ contenders


def stock_pipeline():
    """Train scikit-learn's defaults with word pairs; the pipeline, and its themes."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    rows, names = written_rows(), MultiLabelBinarizer()
    labels = names.fit_transform([row["themes"] for row in rows])
    made = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), OneVsRestClassifier(LogisticRegression()))
    return made.fit([row["text"] for row in rows], labels), names.classes_.tolist()


def fasttext_model(folder):
    """Train fastText's defaults with word pairs."""
    import fasttext

    file = Path(folder) / "fasttext.txt"
    lines = [
        " ".join([*(f"__label__{theme}" for theme in row["themes"] or ["none"]), *row["text"].split()])
        for row in written_rows()
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return fasttext.train_supervised(str(file), wordNgrams=2, thread=1, verbose=0)


def limit_loop():
    """Compile the loop that classifies signs and hashes words; as the kernel reads, but nothing is looked up."""
    import numba

    from cyberclf.kernel.signs import DIGIT, NOTHING, decode, kind_of

    factor = np.uint64(0x9E3779B97F4A7C15)

    @numba.njit(nogil=True)
    def loop(kinds, text, end):
        found = np.uint64(0)
        i = 0
        while i < end:
            b = text[i]
            size = 1
            if b < 0x80:
                kind = kinds[b]
            else:
                code, size = decode(text, i)
                kind = kind_of(kinds, code)
            i += size
            if kind > DIGIT:
                continue
            h = np.uint64(b)
            while i < end:
                b = text[i]
                if b < 0x80:
                    if kinds[b] > DIGIT:
                        break
                    h = (h ^ np.uint64(b)) * factor
                    i += 1
                else:
                    code, size = decode(text, i)
                    if kind_of(kinds, code) > NOTHING:
                        break
                    h = (h ^ np.uint64(code + 512)) * factor
                    i += size
            found ^= h ^ (h >> np.uint64(32))
        return found

    return loop


def bytes_loop():
    """Compile the loop that sums the bytes."""
    import numba

    @numba.njit(nogil=True)
    def loop(text):
        total = np.uint64(0)
        for i in range(len(text)):
            total += np.uint64(text[i])
        return total

    return loop


def contender(name, texts, folder) -> Callable[[], object] | None:  # noqa: PLR0911 - one a contender
    """What is timed, warm; None where it cannot be had."""
    if name == OURS:
        model = cyberclf.load()
        if model.kernel is None:
            print("numba is not installed (pip install cyberclf[fast]): cyberclf scores word by word")
        return lambda: model.predict_proba(texts)
    if name == PIPELINE:
        pipeline = cyberclf.load().to_pipeline()
        return lambda: pipeline.predict_proba(texts)
    if name == STOCK:
        stock, _ = stock_pipeline()
        return lambda: stock.predict_proba(texts)
    if name == FASTTEXT:
        try:
            model = fasttext_model(folder)
        except ImportError:
            print("fastText is not installed (pip install cyberclf[bench]): left out")
            return None
        # It reads one line a text; whoever has lines already need not make them.
        lines = [text.replace("\n", " ") for text in texts]
        return lambda: model.predict(lines, k=4)
    kinds = cyberclf.load().kernel.tables.kind
    text = np.frombuffer("\n".join([*texts, "\0\0\0\0"]).encode("utf-8", "surrogatepass"), np.uint8)
    if name == LIMIT:
        loop = limit_loop()
        return lambda: loop(kinds, text, len(text) - 4)
    adding = bytes_loop()
    return lambda: adding(text)


def seconds(function, clock):
    """Time of one call."""
    begin = clock()
    function()
    return clock() - begin


def interleaved(functions, repeats, *, clock=time.perf_counter, warm=True):
    """Medians of the times of functions, called in turn."""
    times = {name: [] for name in functions}
    for number in range(repeats + warm):
        for name, function in functions.items():
            taken = seconds(function, clock)
            if number or not warm:
                times[name].append(taken)
    return {name: statistics.median(found) for name, found in times.items()}


def peak_megabytes():
    """Peak memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():  # what `getrusage` says there may be a parent's
        return int(status.read_text("ascii").partition("VmHWM:")[2].split()[0]) / 1e3
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1e6 if sys.platform == "darwin" else 1e3)


def peak_alone(name, file):
    """Peak memory of a fresh process that scores the texts once."""
    args = [sys.executable, __file__, "--texts", str(file), "--alone", name]
    done = subprocess.run(args, capture_output=True, text=True, check=True, env=os.environ)
    return float(done.stdout.split()[-1])


# ------------------------------------------------------------------ what is shown


def by_contender(texts, repeats, file):
    """Print the table of the contenders; their speeds in MB/s."""
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        functions = {name: contender(name, texts, folder) for name in (*CONTENDERS, LIMIT, BYTES)}
        functions = {name: function for name, function in functions.items() if function}
        # One thread each: processor time is what an idle machine would take, more nearly than the clock on the wall.
        took = interleaved(functions, repeats, clock=time.process_time)
    print(f"\n{len(texts)} texts, {size:.1f} MB, one core, processor time, median of {repeats}\n")
    print("| | MB/s | articles/s | cyberclf is | wanted | peak memory |")
    print("|---|---|---|---|---|---|")
    for name, taken in took.items():
        ratio = taken / took[OURS]
        said = f"{ratio:.1f} times" if ratio >= 1 else f"{ratio:.0%} of it"
        wanted = WANTED.get(name, 0)
        asked = (f"{wanted:.0f} times" if wanted > 1 else f"{wanted:.0%}") if wanted else ""
        memory = f"{peak_alone(name, file):.0f} MB" if name in CONTENDERS else ""
        print(f"| {name} | {size / taken:.1f} | {len(texts) / taken:,.0f} | {said} | {asked} | {memory} |", flush=True)
    return {name: size / taken for name, taken in took.items()}


def by_threads(texts, repeats):
    """Print what a second thread of one model adds, on so much text that waking it does not count."""
    model = cyberclf.load()
    texts = texts * max(1, round(20e6 / sum(map(len, texts))))
    # Halves of the same bytes, so that neither waits for the other.
    size, low, half = sum(map(len, texts)), 0, 0
    while low < size / 2:
        low += len(texts[half])
        half += 1
    with ThreadPoolExecutor(2) as pool:
        took = interleaved(
            {
                1: lambda: model.predict_proba(texts),
                2: lambda: list(pool.map(model.predict_proba, (texts[:half], texts[half:]))),
            },
            max(repeats, 5),
        )
    print(f"\npredict_proba in two threads: {took[1] / took[2]:.2f} times one thread (wanted: 1.8)", flush=True)


def whole_command(args, env):
    """Seconds of one command: on the wall, and of the processors for it and its workers."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(args, check=True, capture_output=True, env=env)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def by_command(texts, file, repeats):
    """Print the times of whole commands, run in turn."""
    with tempfile.TemporaryDirectory() as folder:
        stock, own, script, out = (Path(folder) / name for name in ("stock", "own", "plain.py", "out.jsonl"))
        stock.write_bytes(pickle.dumps(stock_pipeline()))
        model = cyberclf.load()
        own.write_bytes(pickle.dumps((model.to_pipeline(), model.themes)))
        script.write_text(PLAIN_SCRIPT, encoding="utf-8")
        ours = [sys.executable, "-m", "cyberclf", "predict", "--output", str(out)]
        commands = {
            "cyberclf predict": [*ours, str(file), "--jobs", "1"],
            "cyberclf predict --jobs 2": [*ours, str(file), "--jobs", "2"],
            f"plain script, {STOCK}": [sys.executable, str(script), str(stock), str(file), str(out)],
            f"plain script, {PIPELINE}": [sys.executable, str(script), str(own), str(file), str(out)],
            "cyberclf predict, five files": [*ours, str(ROOT / "seeds" / "articles")],
        }
        env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
        times = {name: [] for name in commands}
        for _ in range(repeats):
            for name, args in commands.items():
                times[name].append(whole_command(args, env))
    took = {name: [statistics.median(column) for column in zip(*found, strict=True)] for name, found in times.items()}
    print(
        f"\nwhole commands, {len(texts)} texts, {file.stat().st_size / 1e6:.0f} MB of JSON Lines to JSON Lines, ",
        end="",
    )
    print(f"median of {repeats}: on the wall, and of all processors")
    for name, (wall, busy) in took.items():
        print(f"  {name:40} {wall:7.2f} s {busy:7.2f} s")
    one, two, plain, same, _ = took.values()
    for place, clock in enumerate(("wall", "processors")):
        print(
            f"  {clock}: against stock {plain[place] / one[place]:.1f} times (wanted: 10), "
            f"against its own pipeline {same[place] / one[place]:.1f} times"
        )
    print(f"  --jobs 2: {one[0] / two[0]:.2f} times one (wanted: 1.6); on idle cores at most {2 * one[1] / two[1]:.2f}")


def draw_picture(speeds, path):
    """Draw the speeds, on a logarithmic scale."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
    names = list(speeds)[::-1]
    bars = axes.barh(names, [speeds[n] for n in names], color=["#1f6f8b" if n == OURS else "#b8c4c9" for n in names])
    axes.bar_label(bars, [f"{speeds[n]:,.0f}" if speeds[n] >= 10 else f"{speeds[n]:.1f}" for n in names], padding=4)
    axes.set_xscale("log")
    axes.margins(x=0.15)
    axes.set_xlabel("MB of text a second, one core (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    print(f"\npicture: {path}")


def train_on(number, jobs):
    """Train on so many mixed articles; print time and peak memory of this process and its workers."""
    from cyberclf.corpus import Corpus
    from cyberclf.labelled import LabelledArticle
    from cyberclf.training import train

    source = mixed_articles(written_rows())
    articles = []
    for i in range(number):
        row = next(source)
        articles.append(LabelledArticle(id=str(i), where=f"row {i}", themes=frozenset(row["themes"]), text=row["text"]))
    size = sum(len(a.text or "") for a in articles) / 1e6
    print(f"{number} articles, {size:.0f} MB", flush=True)
    begin = time.perf_counter()

    def say(line):
        print(f"{time.perf_counter() - begin:6.0f} s  {line}", flush=True)

    train(Corpus.of(articles), n_jobs=jobs, say=say)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    print(
        f"trained in {time.perf_counter() - begin:.0f} s; peak memory {peak_megabytes():.0f} MB here, "
        f"{workers:.0f} MB the largest of {jobs} workers"
    )


def main():
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", metavar="FILE", help="JSON Lines with 'text'; by default made-up news")
    parser.add_argument("--megabytes", type=float, default=20.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--picture", metavar="FILE", help="SVG or PNG")
    parser.add_argument("--only", choices=["contenders", "threads", "commands"], help="one part of it")
    parser.add_argument("--train", type=int, metavar="N", help="train on N articles instead")
    parser.add_argument("--jobs", type=int, default=1, help="of --train")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # Libraries read these when they are loaded, which has happened.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    if options.train:
        train_on(options.train, options.jobs)
        return
    texts = read_texts(options.texts) if options.texts else mixed_texts(options.megabytes)
    with tempfile.TemporaryDirectory() as folder:
        if options.alone:
            function = contender(options.alone, texts, folder)
            function()
            print(peak_megabytes())
            return
        file = Path(folder) / "texts.jsonl"
        rows = (json.dumps({"id": str(i), "text": text}) for i, text in enumerate(texts))
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        if options.only in {None, "contenders"}:
            speeds = by_contender(texts, options.repeats, file)
            if options.picture:
                draw_picture(speeds, options.picture)
        if options.only in {None, "threads"}:
            by_threads(texts, options.repeats)
        if options.only in {None, "commands"}:
            by_command(texts, file, options.repeats)


if __name__ == "__main__":
    main()
