"""What the README shows is what happens, and what it points at is there."""

import re
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "deploy/README.pt-BR.md", "deploy/README.md", "knowledge/README.md", ".github/CONTRIBUTING.md")


def test_the_answer_to_the_sample_is_the_one_that_is_printed(capsys, monkeypatch, tmp_path):
    main(["sample", "wrong-key"])
    log = tmp_path / "log"
    log.write_text(capsys.readouterr().out)
    with log.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        main(["diagnose", "-"])
    shown = capsys.readouterr().out
    assert shown.strip() in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_somewhere(page):
    text = (ROOT / page).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert missing == []


def test_the_portuguese_page_has_the_same_headings():
    counts = [(ROOT / page).read_text().count("\n## ") for page in PAGES[:2]]
    english, portuguese = counts
    assert portuguese >= english - 2  # systems and the map of the folders are for who works on it


def test_every_picture_is_shown_and_every_shown_one_is_there_and_small():
    shown = set()
    for name in ("README.md", "deploy/README.md", "deploy/README.pt-BR.md"):
        folder = (ROOT / name).parent
        found = re.findall(r'(?:\]\(|src=")([^)"]+\.png)', (ROOT / name).read_text(encoding="utf-8"))
        shown |= {(folder / each).resolve() for each in found}
    kept = set((ROOT / "deploy/pictures").glob("*.png"))
    assert (shown - kept, kept - shown) == (set(), set())
    assert [path.name for path in kept if path.stat().st_size > 100_000] == []
