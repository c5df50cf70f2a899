"""One line on a terminal, nothing elsewhere."""

import io

from cyberclf.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_it_says_count_rate_share_and_time_left(tmp_path):
    for name, size in (("a", 100), ("b", 300)):
        (tmp_path / name).write_bytes(b"x" * size)
    now = [0.0]
    shown = Terminal()
    progress = Progress(shown, [str(tmp_path / "a"), str(tmp_path / "b")], clock=lambda: now[0])
    progress.reading()
    now[0] = 0.1
    progress.add(500)
    assert shown.getvalue() == ""
    progress.reading()
    now[0] = 30.0
    progress.add(1000)
    assert "1,500 articles, 50 a second, 25%, 1 min 30 s left" in shown.getvalue()
    with (tmp_path / "b").open("rb") as stream:
        progress.reading(stream)
        stream.read(200)
        assert progress.share() == 0.75
    assert progress.share() == 0.25
    progress.clear()
    assert shown.getvalue().endswith("\r\x1b[K")


def test_what_was_done_before_does_not_count_for_the_rate():
    now = [0.0]
    progress = Progress(Terminal(), ["-"], clock=lambda: now[0])
    progress.resumed(1000)
    now[0] = 10.0
    progress.add(50)
    assert progress.line() == "1,050 articles, 5 a second"


def test_nothing_is_written_where_it_is_no_terminal():
    now = [0.0]
    stream = io.StringIO()
    progress = Progress(stream, ["-"], clock=lambda: now[0])
    now[0] = 9.0
    progress.add(5)
    progress.clear()
    assert stream.getvalue() == ""


def test_the_time_left_is_told_by_what_was_read_since_a_run_was_resumed(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 400)
    now = [0.0]
    progress = Progress(Terminal(), [str(tmp_path / "a")], clock=lambda: now[0])
    progress.reading()
    with (tmp_path / "a").open("rb") as stream:
        progress.reading(stream)
        stream.read(100)
        now[0] = 5.0
        progress.resumed(1000)
        stream.read(100)
        now[0] = 15.0
        progress.add(50)
        assert progress.line() == "1,050 articles, 5 a second, 50%, 20 s left"


def test_a_line_is_drawn_twice_a_second_and_hours_have_two_places_for_minutes(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 1000)
    now = [0.0]
    shown = Terminal()
    progress = Progress(shown, [str(tmp_path / "a")], clock=lambda: now[0])
    progress.reading()
    with (tmp_path / "a").open("rb") as stream:
        progress.reading(stream)
        stream.read(100)
        now[0] = 430.0
        progress.add(1)
        now[0] = 430.4
        progress.add(1)
    assert shown.getvalue().count("\r") == 1
    assert shown.getvalue().endswith("10%, 1 h 04 min left\x1b[K")


def test_with_standard_input_among_the_files_nobody_knows_the_whole(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 400)
    progress = Progress(Terminal(), ["-", str(tmp_path / "a")], clock=lambda: 0.0)
    progress.reading()
    progress.reading()
    assert progress.share() is None
