"""A run over many files: articles in, one stream of tagged rows out, resumable where it goes to a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal

from cyberclf.articles import read_pieces
from cyberclf.decoding import Encoding
from cyberclf.errors import TaggingError
from cyberclf.files import is_replaceable
from cyberclf.keeping import is_alike
from cyberclf.model import Model
from cyberclf.phrases import Language
from cyberclf.progress import Progress
from cyberclf.rows import Article, Piece, Unreadable
from cyberclf.status import STATUSES
from cyberclf.tagging import Chunk, TaggedChunk, TaggedRow, chunked, tag_chunks
from cyberclf.workers import Backend, in_order
from cyberclf.written import MOST_REASONS, Writing, Written

if TYPE_CHECKING:
    from cyberclf.parquet import Table
    from cyberclf.resuming import PartFile

__all__ = ["Run", "is_regular"]

_WRITE: Final = 8192
#: Bytes of input from which the model need not wait and see whether it pays to load what scores many texts.
_LARGE: Final = 2_000_000


def is_regular(output: str | None) -> bool:
    """Whether an output is a file that can be put in its place when it is whole: no device, no pipe."""
    return output is not None and output != "-" and is_replaceable(output)


@dataclass
class Run:
    """One run of tagging.

    Parameters
    ----------
    files : sequence of str
        As of `find_files`; read in this order.
    model : Model
    fmt : {"table", "jsonl", "csv", "html", "parquet"}
    n_jobs : int
    backend : {"threads", "processes", "fork"}, optional
        See `cyberclf.workers.in_order`.
    progress : Progress, optional
    encoding : str, default "utf-8"
        Of texts and tables that are not UTF-8; one of `cyberclf.decoding.ENCODINGS`.
    with_text : bool, default False
        Write the texts too; with jsonl and csv.
    keep : sequence of str
        Columns of the rows that are written too; not with a table.
    language : {"en", "fr"}
        Of a table or page.
    write : callable, optional
        Makes lines of a tagged chunk, where they are not those of `lines_of`.

    Attributes
    ----------
    counts : dict of str to int
        Rows written, by status; of a resumed run, all that the file holds.
    reasons : list of str
        Of the first ten errors met.
    without : list of str
        Files in which there was no article, not even one that cannot be read.
    filled : set of str
        Columns of `keep` in which some row of this run has something.
    before : int
        Rows that were there when the run was resumed.
    kept : bool
        Whether a run that failed left something to resume.
    """

    files: Sequence[str]
    model: Model
    fmt: Literal["table", "jsonl", "csv", "html", "parquet"]
    n_jobs: int = 1
    backend: Backend | None = None
    progress: Progress | None = None
    encoding: Encoding = "utf-8"
    with_text: bool = False
    keep: Sequence[str] = ()
    language: Language = "en"
    write: Callable[[TaggedChunk], Iterable[str]] | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    reasons: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)
    before: int = 0
    kept: bool = False

    @property
    def unfilled(self) -> list[str]:
        """Columns of `keep` in which no row of this run has anything; none, where none was read."""
        read = sum(self.counts.values()) - self.before
        return [name for name in self.keep if name not in self.filled] if read else []

    def to_stream(self, stream: IO[str]) -> None:
        """Tag all, and write as text what comes out.

        Raises
        ------
        TaggingError
            When the format is Parquet, which is no text.
        """
        from cyberclf.writers import head_of

        if self.fmt == "parquet":
            raise TaggingError("Parquet goes to a file: name one with --output FILE.parquet")
        if self.fmt == "html":
            from cyberclf.rowspage import write_page

            write_page(self._rows(), stream, self.model, language=self.language)
            return
        stream.write(head_of(self.model, self.fmt, with_text=self.with_text, keep=self.keep))
        # Before workers begin, which would take it for their own failure that nobody reads this.
        stream.flush()
        for done in self._written(_chunks(self, None), None):
            self._count(done)
            # By small writes: of a large one, not every stream says that its reader has gone.
            text = done.content.decode()
            for begin in range(0, len(text), _WRITE):
                stream.write(text[begin : begin + _WRITE])

    def to_file(self, output: str, *, model_fingerprint: str, resume: bool = False) -> None:
        """Tag all, and write a file that appears when it is whole.

        Parameters
        ----------
        output : str
        model_fingerprint : str
            From `cyberclf.artifact.fingerprint`.
        resume : bool, default False
            Go on where a run before was interrupted.

        Raises
        ------
        TaggingError
            When what was left cannot be gone on with: other files, another model or format.
        """
        import cyberclf
        from cyberclf.resuming import identity, resumable

        table: Table | None = None
        if self.fmt == "parquet":
            from cyberclf import parquet

            table = parquet.Table(self.model, self.files, self.keep)
            if table.keeps:
                # Whose columns go on as they are.
                self.filled |= {name for name in self.keep if any(is_alike(one, name) for one in table.schema.names)}
        run = identity(list(self.files), model=model_fingerprint, fmt=self.fmt, version=cyberclf.__version__)
        part: PartFile | None = None
        try:
            with resumable(output, run, resume=resume, finish=table.finish if table else None) as part:
                self._fill(part, table)
        except BaseException:
            self.kept = part is not None and part.kept
            raise

    def _fill(self, part: "PartFile", table: "Table | None") -> None:
        self.before = part.rows
        self.counts.update(part.counts)
        if self.progress is not None and self.before:
            self.progress.resumed(self.before)
        for done in self._written(_after(_chunks(self, table), self.before), table):
            head = b"" if part.size or table else self._head()
            part.write(head + done.content, done.counts)
            self._count(done)
        if not part.size and not table:
            part.write(self._head(), {})

    def _head(self) -> bytes:
        from cyberclf.writers import head_of

        return head_of(self.model, self.fmt, with_text=self.with_text, keep=self.keep).encode()

    def _written(self, chunks: Iterator[Chunk], table: "Table | None") -> Iterator[Written]:
        if sum(Path(file).stat().st_size for file in self.files if Path(file).is_file()) >= _LARGE:
            self.model.prepare()
        for done in self._by_rows(chunks, self.write) if self.write is not None else self._by_bytes(chunks, table):
            yield done
            if self.progress is not None:
                self.progress.add(sum(done.counts.values()))

    def _by_bytes(self, chunks: Iterator[Chunk], table: "Table | None") -> Iterator[Written]:
        """Have the workers make what is written."""
        pairs = ((None, chunk) for chunk in chunks)
        task = Writing(self.model, self.fmt, table, self.with_text, self.keep, self.language)
        for _, done in in_order(pairs, task, n_jobs=self.n_jobs, backend=self.backend):
            yield done

    def _by_rows(self, chunks: Iterator[Chunk], write: Callable[[TaggedChunk], Iterable[str]]) -> Iterator[Written]:
        """Make here what is written, by a function that cannot travel."""
        for tagged in tag_chunks(chunks, self.model, n_jobs=self.n_jobs, backend=self.backend):
            yield Written.of("".join(write(tagged)).encode(), tagged)

    def _rows(self) -> Iterator[TaggedRow]:
        for tagged in tag_chunks(_chunks(self, None), self.model, n_jobs=self.n_jobs, backend=self.backend):
            self._count(Written.of(b"", tagged))
            yield from tagged.rows()
            if self.progress is not None:
                self.progress.add(len(tagged.articles))

    def _count(self, done: Written) -> None:
        for status, number in done.counts.items():
            self.counts[status] += number
        self.reasons += done.reasons[: MOST_REASONS - len(self.reasons)]
        self.filled |= done.filled


def _chunks(run: Run, table: "Table | None") -> Iterator[Chunk]:
    if table is not None and table.keeps:
        from cyberclf.parquet import read_chunks

        for file in run.files:
            if run.progress is not None:
                run.progress.reading()
            yield from read_chunks(file)
        return
    yield from chunked(_pieces(run), run.keep)


def _pieces(run: Run) -> Iterator[Piece]:
    if run.files and all(Path(file).suffix.lower() == ".parquet" for file in run.files):
        from cyberclf.arrow import pyarrow_or_advice

        # Beside other files they become rows that say it; alone there is nothing to go on for.
        pyarrow_or_advice()
    for file in run.files:
        if run.progress is not None:
            run.progress.reading()
        watch = run.progress.reading if run.progress is not None else None
        empty = True
        for piece in read_pieces(file, watch=watch, encoding=run.encoding, keep=run.keep):
            empty = empty and not isinstance(piece, Article | Unreadable) and not piece.n_rows()
            yield piece
        # A table of nothing but its header line would not be missed in the result.
        if empty:
            run.without.append(file)


def _after(chunks: Iterator[Chunk], done: int) -> Iterator[Chunk]:
    """Drop the first chunks, which hold `done` rows."""
    for chunk in chunks:
        if not done:
            yield chunk
            continue
        done -= chunk.n_rows
        if done < 0:
            raise TaggingError("the rows that were done do not end where a chunk does; run without --resume")
