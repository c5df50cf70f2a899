"""What cannot be judged says so: too few words, another language, no words at all."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

import cyberclf
from cyberclf.analyzer import article_bags, is_word
from cyberclf.cli import cli
from cyberclf.cli.common import corpus_of
from cyberclf.corpus import Corpus
from cyberclf.encode import encode
from cyberclf.errors import ArtifactError
from cyberclf.fitting import Recipe
from cyberclf.labelled import LabelledArticle
from cyberclf.rows import Article
from cyberclf.status import (
    MIN_WORDS,
    UNKNOWN,
    foreignness_cutoff,
    status_of,
    tally,
    typicality_values,
)
from cyberclf.tagging import tag_articles
from cyberclf.training import train

MODEL = cyberclf.load()
#: Invented for these tests.
FRENCH = {
    "news": "Le conseil des ministres a examiné mercredi un projet de loi sur la protection des données personnelles. "
    "Le texte prévoit la création d'une autorité indépendante et des amendes pour les entreprises.",
    "sport": "Menés à la pause, les visiteurs ont égalisé dans le temps additionnel grâce à un coup franc de leur "
    "capitaine. Le match retour se jouera samedi dans un stade qui devrait être plein.",
    "recipe": "Épluchez les pommes de terre, coupez-les en tranches fines et faites-les revenir dans une poêle avec un "
    "peu de beurre. Ajoutez le sel, puis laissez cuire vingt minutes à feu doux.",
    "literary": "La vieille maison dormait sous la pluie, et personne ne se souvenait plus du nom de ceux qui "
    "l'avaient bâtie. Seul le chien, chaque soir, attendait encore devant la porte.",
    "speech": "Mesdames et messieurs, je suis heureux de vous accueillir dans cette salle. Nous avons beaucoup de "
    "travail devant nous, et je sais que je peux compter sur vous tous.",
    "headline": "Le Mali adopte sa stratégie nationale de cybersécurité",
    "technical": "Cette commande affiche le contenu du fichier sur la sortie standard. Sans option, elle lit l'entrée "
    "standard jusqu'à la fin du fichier, puis elle rend le code de retour zéro.",
    "upper case": "LE MINISTRE A INAUGURÉ LE NOUVEAU CENTRE DE FORMATION DEVANT LES ÉLUS DE LA RÉGION ET LA PRESSE",
    "without accents": "Le president a declare que la securite des reseaux est une priorite pour le gouvernement et "
    "que les ecoles seront equipees avant la fin de l'annee.",
    "english quotes": "Le directeur a répondu aux journalistes venus nombreux devant le siège de la société. « We are "
    "working on it », a-t-il dit, avant de promettre que le service serait rétabli dans la soirée pour tous.",
}
FOREIGN = {
    "English": "The government announced on Tuesday a new national cybersecurity strategy, which will create an agency "
    "responsible for protecting hospitals, banks and ministries against attacks.",
    "English speech": "Thank you all for being here tonight. I know that many of you have travelled a long way, and I "
    "want to say how grateful we are for everything you have done for this town.",
    "Spanish": "El gobierno presentó el martes una nueva estrategia nacional de ciberseguridad que prevé crear una "
    "agencia encargada de proteger los hospitales, los bancos y los ministerios frente a los ataques.",
    "Spanish tale": "Había una vez un pescador que vivía solo junto al mar y hablaba cada noche con las olas, porque "
    "no tenía a nadie más que quisiera escuchar sus historias.",
    "Portuguese": "O governo apresentou na terça-feira uma nova estratégia nacional de cibersegurança, que prevê a "
    "criação de uma agência encarregada de proteger os hospitais, os bancos e os ministérios.",
    "Italian": "Il governo ha presentato martedì una nuova strategia nazionale per la sicurezza informatica, che "
    "prevede la nascita di un'agenzia incaricata di proteggere gli ospedali, le banche e i ministeri.",
    "Romanian": "Guvernul a prezentat marți o nouă strategie națională de securitate cibernetică, care prevede "
    "înființarea unei agenții pentru protejarea spitalelor, a băncilor și a ministerelor.",
    "Catalan": "El govern va presentar dimarts una nova estratègia nacional de ciberseguretat que preveu crear una "
    "agència encarregada de protegir els hospitals, els bancs i els ministeris davant dels atacs.",
    "German": "Die Regierung hat am Dienstag eine neue Strategie für die Sicherheit im Netz vorgestellt; eine eigene "
    "Behörde soll künftig Krankenhäuser, Banken und Ministerien vor Angriffen schützen.",
    "Arabic": "أعلنت الحكومة يوم الثلاثاء عن استراتيجية وطنية جديدة للأمن السيبراني تنص على إنشاء وكالة مكلفة بحماية "
    "المستشفيات والمصارف والوزارات من الهجمات.",
    "Russian": "Правительство представило во вторник новую стратегию безопасности сетей, которая предусматривает "
    "создание агентства для защиты больниц, банков и министерств.",
    "Turkish": "Hükümet salı günü hastaneleri, bankaları ve bakanlıkları saldırılardan korumakla görevli bir kurumun "
    "kurulmasını öngören yeni bir ulusal siber güvenlik stratejisi açıkladı.",
    "Swahili": "Serikali ilitangaza siku ya Jumanne mkakati mpya wa kitaifa wa usalama wa mtandao ambao utaunda "
    "wakala wa kulinda hospitali, benki na wizara dhidi ya mashambulizi.",
    "code": "def read(path):\n    with open(path) as stream:\n        return [line.strip() for line in stream]\n"
    "for name in sorted(names):\n    print(name, read(name), file=sys.stderr)\n",
    "names": "Okonkwo Adaeze, Lindqvist Torbjörn, Haverkamp Gesine, Szabó Ildikó, Yamaguchi Haruto, "
    "Kowalczyk Zbigniew, Papadakis Eleni, Ndlovu Thandeka, Rasmussen Bjarke",
}
SHORT = {
    "two words": "La loi",
    "five words": "Un match nul entre voisins",
    "two English words": "Breaking news",
    "a table of figures": "Total 2030 12 450 37,5 % 2031 13 900 41,2 %\nEcart 1 450 3,7 %",
}
EMPTY = {"nothing": "", "signs": "… — !", "figures": "12 450 ; 37,5 % ; 2030", "single letters": "M. X. à Y."}


@pytest.fixture(scope="session")
def corpus_cutoff():
    corpus = corpus_of(())
    data = encode(corpus.articles, corpus.themes)
    single = np.array([is_word(term) for term in data.terms])
    return foreignness_cutoff(data.by_article()[:, single], min_articles=Recipe().min_articles)


@pytest.fixture(scope="session")
def judge(model, corpus_cutoff):
    """Return the shipped model with the cut-off of its corpus, as `train` records it."""
    return replace(model, metadata={**model.metadata, "foreign_below": corpus_cutoff})


@pytest.mark.parametrize("kind", FRENCH)
def test_french_of_any_kind_is_judged(judge, kind):
    assert judge.tag(FRENCH[kind]).status == "ok"


@pytest.mark.parametrize("kind", FOREIGN)
def test_other_languages_and_code_and_lists_of_names_are_foreign(judge, kind):
    tagged = judge.tag(FOREIGN[kind])
    assert (tagged.status, tagged.tags) == ("foreign", ())
    assert set(tagged.probabilities) == set(judge.themes)


@pytest.mark.parametrize("kind", SHORT)
def test_a_few_words_are_short(judge, kind):
    assert (judge.tag(SHORT[kind]).status, judge.tag(SHORT[kind]).tags) == ("short", ())


@pytest.mark.parametrize("kind", EMPTY)
def test_no_word_is_empty_even_with_figures(judge, kind):
    tagged = judge.tag(EMPTY[kind], force=True)
    assert (tagged.status, tagged.tags) == ("empty", ())


def test_the_written_corpus_and_the_seeds_are_judged(judge, written, root):
    texts = [file.read_text("utf-8") for file in sorted((root / "seeds" / "articles").iterdir())]
    assert [judge.tag(text).status for text in texts] == ["ok"] * 5
    statuses = [judge.tag(article.text).status for article in written.articles]
    assert statuses.count("ok") > 0.99 * len(statuses)


def test_the_language_of_most_words_decides(judge):
    french, english = FRENCH["news"], FOREIGN["English"]
    assert judge.tag(f"{french} {FRENCH['speech']}\n{english}").status == "ok"
    assert judge.tag(f"{english}\n{FOREIGN['English speech']} {english}\n{french}").status == "foreign"


def test_force_gives_the_themes_and_keeps_the_status(judge):
    text = FOREIGN["English"]
    every = replace(judge, thresholds=np.zeros(len(judge.themes)))
    assert every.tag(text).themes == ()
    forced = every.tag(text, force=True)
    assert (forced.status, forced.themes) == ("foreign", judge.themes)
    assert every.tag("La loi", force=True).themes == judge.themes
    (row,) = tag_articles([Article("a", text, "a.txt")], every.forcing())
    assert (row.status, row.themes) == ("foreign", judge.themes)


def test_probabilities_never_depend_on_the_status(judge, model):
    texts = [*FRENCH.values(), *FOREIGN.values(), *SHORT.values(), *EMPTY.values()]
    probability = judge.predict_proba(texts)
    np.testing.assert_array_equal(probability, replace(judge, metadata={}).predict_proba(texts))
    assert (judge.predict(texts) == (probability >= model.thresholds)).all()
    assert list(judge.tag(texts[-5]).probabilities.values()) == judge.predict_proba([texts[-5]])[0].tolist()


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(codec=None), max_size=300) | st.text("éŒ’' -.\nشcd\ud800\u0301中١", max_size=300))
def test_any_unicode_has_a_status_and_only_ok_has_themes(text):
    model = replace(MODEL, metadata={"foreign_below": 0.3}, thresholds=np.zeros(len(MODEL.themes)))
    tagged = model.tag(text)
    assert tagged.status in {"ok", "short", "foreign", "empty"}
    assert bool(tagged.themes) == (tagged.status == "ok")


@given(st.integers(0, 10**6), st.floats(-0.5, 1), st.floats(-0.5, 1))
def test_the_status_of_numbers_follows_its_order(n_words, typicality, cutoff):
    expected = "empty" if n_words == 0 else "short" if n_words < MIN_WORDS else None
    assert status_of(n_words, typicality, cutoff) == (expected or ("foreign" if typicality < cutoff else "ok"))


def test_the_tally_is_a_sum_over_words_and_reads_neither_pairs_nor_classes(model):
    text = " ".join(FRENCH.values())
    values = typicality_values(model.idf_whole)
    index = {term: row for row, term in enumerate(model.vocabulary)}
    bags = article_bags(text)
    n_words, mean = tally(bags, index, values)
    tokens = [term for bag in bags for term, count in bag.items() if is_word(term) for _ in range(count)]
    assert n_words == len(tokens)
    by_hand = math.fsum(values[index[token]] if token in index else UNKNOWN for token in tokens) / n_words
    assert mean == pytest.approx(by_hand, abs=1e-12)
    assert tally([{"@law": 3, "la loi": 1}], index, values) == (0, UNKNOWN)


def test_the_cut_off_of_the_corpus_lies_between_french_and_the_rest(corpus_cutoff):
    assert 0.3 < corpus_cutoff < 0.42


def test_the_cut_off_spares_the_articles_of_a_small_corpus_that_share_few_words():
    rng = np.random.default_rng(0)
    counts = csr_matrix((rng.random((30, 400)) < 0.04).astype(float))
    cutoff = foreignness_cutoff(counts, min_articles=2)
    having = np.bincount(counts.indices, minlength=400)
    left_out = []
    for row in range(30):
        own = counts[row].indices
        others = having[own] - 1
        value = np.where(others >= 2, typicality_values(np.log(30 / (others + 1)) + 1), UNKNOWN)
        if len(own) >= MIN_WORDS:
            left_out.append(value.mean())
    assert cutoff <= min(left_out)
    assert UNKNOWN <= cutoff < 0.3


@pytest.mark.parametrize("counts", [np.zeros((3, 4)), np.ones((3, 2)), np.zeros((0, 4)), np.zeros((3, 0))])
def test_articles_without_enough_words_set_no_cut_off(counts):
    assert foreignness_cutoff(csr_matrix(counts), min_articles=2) == UNKNOWN


def test_a_model_of_another_language_finds_french_foreign():
    sea = "The boat left the old harbour in the morning and the crew sold the fish on the quay number {}"
    law = "The law on the budget was adopted in the evening and the house sent the text to the senate number {}"
    nouns = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    rows = [
        LabelledArticle(id=f"{t}{n}", where="x", text=text.format(word), themes=frozenset([t]), event=f"{t}{n}")
        for t, text in (("sea", sea), ("law", law))
        for n, word in enumerate(nouns)
    ]
    model = train(Corpus.of(rows), n_jobs=1).model
    assert model.foreign_below > 0
    assert model.tag("The crew of the boat sold the fish in the old harbour").status == "ok"
    assert model.tag(FRENCH["news"]).status == "foreign"


def test_the_cut_off_stays_with_the_artifact(small, tmp_path):
    small.model.save(tmp_path / "m.safetensors")
    assert cyberclf.load(tmp_path / "m.safetensors").foreign_below == small.model.foreign_below
    assert "foreign_below" in small.model.metadata


@pytest.mark.parametrize("bad", ["high", [0.3], None])
def test_an_artifact_whose_cut_off_is_no_number_is_refused(small, tmp_path, bad):
    replace(small.model, metadata={**small.model.metadata, "foreign_below": bad}).save(tmp_path / "m.safetensors")
    with pytest.raises(ArtifactError, match="damaged"):
        cyberclf.load(tmp_path / "m.safetensors")


def test_an_artifact_without_a_cut_off_calls_nothing_foreign(model):
    assert replace(model, metadata={}).tag(FOREIGN["Arabic"]).status == "ok"


def test_the_command_says_what_was_not_judged_and_force_tags_it(judge, tmp_path):
    replace(judge, thresholds=np.zeros(len(judge.themes))).save(tmp_path / "m.safetensors")
    texts = [FRENCH["news"], "La loi", FOREIGN["English"], "…"]
    rows = tmp_path / "in.jsonl"
    rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    args = ["predict", str(rows), "--model", str(tmp_path / "m.safetensors")]
    runner = CliRunner()
    done = runner.invoke(cli, [*args, "--format", "jsonl"])
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["status"] for row in made] == ["ok", "short", "foreign", "empty"]
    assert [bool(row["themes"]) for row in made] == [True, False, False, False]
    assert done.stderr == "cyberclf: 4 articles: 1 tagged, 1 short, 1 foreign, 1 empty, 0 could not be read\n"
    forced = runner.invoke(cli, [*args, "--format", "jsonl", "--force"])
    again = [json.loads(line) for line in forced.stdout.splitlines()]
    assert [row["status"] for row in again] == ["ok", "short", "foreign", "empty"]
    assert [bool(row["themes"]) for row in again] == [True, True, True, False]
    table = runner.invoke(cli, [*args, "--format", "table"]).stdout.splitlines()
    assert "short: fewer than 6 words, too few to judge" in table[1]
    assert "foreign: not the language that the model was trained on" in table[2]
    assert "empty: no word to judge by" in table[3]
    shown = runner.invoke(cli, [*args, "--format", "table", "--force"]).stdout.splitlines()
    assert "trained on (Strategy and governance" in shown[2]


def test_few_articles_do_not_make_others_of_their_language_foreign():
    rng = np.random.default_rng(1)
    words = np.arange(2000)
    often = 1 / (words + 2.0)
    drawn = np.stack([np.bincount(rng.choice(words, 60, p=often / often.sum()), minlength=2000) for _ in range(400)])
    for n_articles in (10, 20, 50):
        lost = []
        for start in range(0, 200, n_articles):
            counts = csr_matrix(drawn[start : start + n_articles])
            cutoff = foreignness_cutoff(counts, min_articles=2)
            having = np.bincount(counts.indices, minlength=2000)
            values = np.where(having >= 2, typicality_values(np.log((n_articles + 1) / (having + 1)) + 1), UNKNOWN)
            lost.append(((drawn[200:] @ values) / 60 < cutoff).mean())
        assert np.mean(lost) < 0.03


def test_six_words_are_no_longer_short_and_what_is_as_typical_as_the_cut_off_is_not_foreign():
    assert [status_of(n, 0.7, 0.35) for n in (5, 6)] == ["short", "ok"]
    assert status_of(200, 0.35, 0.35) == "ok"


def test_articles_of_six_words_set_a_cut_off_and_shorter_ones_do_not():
    assert foreignness_cutoff(csr_matrix(np.ones((50, 6))), min_articles=2) > UNKNOWN
    assert foreignness_cutoff(csr_matrix(np.ones((50, 5))), min_articles=2) == UNKNOWN
