"""The command extract."""

from typing import TYPE_CHECKING

import click

from cyberclf.cli.common import check_paths, encoding_option, say

if TYPE_CHECKING:
    from cyberclf.decoding import Encoding

__all__ = ["extract"]


@click.command()
@click.argument("corpus", nargs=-1, required=True)
@click.option("--output", metavar="FILE", required=True, help="File to write (.jsonl or .jsonl.gz).")
@click.option(
    "--min-articles",
    type=click.IntRange(min=2),
    default=5,
    show_default=True,
    help="Articles that must share a pair of words.",
)
@click.option(
    "--known",
    metavar="FILE",
    multiple=True,
    help="Corpus whose articles count too when terms are judged, but are not written; may be repeated.",
)
@encoding_option
def extract(
    corpus: tuple[str, ...], output: str, min_articles: int, known: tuple[str, ...], encoding: "Encoding"
) -> None:
    """Turn labelled texts into counted words, to share where the texts may not be.

    Each passage becomes a bag: its words and how often, no order. Words of a single event are dropped, pairs of
    words that few events or a single source share, numbers, addresses and links.
    """
    check_paths([*corpus, *known], output)
    from cyberclf.bags import extract as extract_bags
    from cyberclf.bags import write_bags
    from cyberclf.corpus import read_corpus
    from cyberclf.files import require_writable

    require_writable(output)
    if not output.endswith((".jsonl", ".jsonl.gz")):
        raise click.UsageError(f"{output}: name a file that ends in .jsonl or .jsonl.gz, so that it can be read again")
    read = read_corpus(corpus, encoding=encoding)
    made = extract_bags(read, min_articles=min_articles, known=read_corpus(known, encoding=encoding) if known else None)
    write_bags(made, output)
    say(f"kept {made.kept_words} words and {made.kept_pairs} pairs")
    say(
        f"dropped {made.dropped_words} words of a single event and {made.dropped_pairs} pairs of fewer than "
        f"{min_articles} events or of one source"
    )
    if made.sources < 2:
        say("the rows name fewer than two sources, so no pair could be kept: give each row its source")
    say(f"wrote {len(made.rows)} articles to {output}")
