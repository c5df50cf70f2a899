"""What was compiled is found again, and never once the code has changed."""

import importlib.util
from pathlib import Path

from cyberclf import kernel
from cyberclf.kernel import compiling

SOURCE = """
from cyberclf.kernel.compiling import kept

@kept
def plus_one(x):
    return x + 1
"""


def load(path):
    spec = importlib.util.spec_from_file_location("kept_for_a_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.plus_one


def test_compiled_code_is_kept_until_a_source_changes(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    path = tmp_path / "kept_for_a_test.py"
    path.write_text(SOURCE, encoding="utf-8")
    hits = []
    for stamp in (1, 1, 2, 2, 1):
        monkeypatch.setattr(compiling, "sources_stamp", lambda stamp=stamp: stamp)
        function = load(path)
        assert function(1) == 2
        hits.append(sum(function.stats.cache_hits.values()))
    assert hits == [0, 1, 0, 1, 1]


def test_a_change_of_any_file_of_the_kernel_changes_the_stamp(monkeypatch):
    stamps = {compiling.sources_stamp.__wrapped__()}
    files = sorted(Path(kernel.__file__).parent.glob("*.py"))
    read = Path.read_bytes
    for changed in files:
        monkeypatch.setattr(Path, "read_bytes", lambda self, changed=changed: read(self) + b"#" * (self == changed))
        stamps.add(compiling.sources_stamp.__wrapped__())
    assert len(stamps) == 1 + len(files)
