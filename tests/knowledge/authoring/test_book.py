"""`vpn-help knowledge book`: a handbook that opens from disk."""

import argparse
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from knowledge.authoring.book import add_arguments, run, write_book
from knowledge.errors import MisuseError
from knowledge.loader import load_base, survey

DATA = Path(__file__).parents[2] / "data"
#: Elements that have no end.
VOID = {"meta", "link", "br", "input", "rect"}


class Read(HTMLParser):
    """A page: its links and ids, and whether every element ends where it should."""

    def __init__(self, text):
        super().__init__()
        self.links, self.resources, self.ids, self.open, self.headings, self.faults = [], [], [], [], [], []
        self.feed(text)
        self.faults += self.open

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a":
            self.links.append(values["href"])
        self.resources += [values[key] for key in ("src", "srcset", "data") if key in values]
        self.resources += [values["href"]] if tag == "link" else []
        self.ids += [values["id"]] if "id" in values else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book") / "new"
    write_book(load_base(), folder)
    return folder


@pytest.fixture(scope="module")
def pages(book):
    return {path: Read(path.read_text(encoding="utf-8")) for path in sorted(book.rglob("*.html"))}


def test_every_page_is_in_every_language(book, pages):
    base = load_base()

    names = {locale: {path.name for path in (book / locale).glob("*.html")} for locale in ("en", "pt-BR")}
    assert names["en"] == names["pt-BR"]
    assert {f"cause-{cause}.html" for cause in base.causes} | {f"log-{name}.html" for name in base.formats} <= names["en"]
    assert len(pages) == 2 * len(names["en"]) + 1


def test_every_element_is_closed_and_every_id_is_there_once(pages):
    assert {path.name: read.faults for path, read in pages.items() if read.faults} == {}
    assert {path.name for path, read in pages.items() if len(read.ids) != len(set(read.ids))} == set()


def test_headings_leave_out_no_level(pages):
    for path, read in pages.items():
        assert read.headings[0] == 1, path
        assert all(after - before <= 1 for before, after in zip(read.headings, read.headings[1:], strict=False)), path


def test_every_link_inside_leads_somewhere(pages):
    broken = []
    for path, read in pages.items():
        for link in read.links:
            if link.startswith(("https://", "http://")):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if target not in pages or (anchor and anchor not in pages[target].ids):
                broken.append((path.name, link))
    assert broken == []


def test_what_the_search_finds_is_there(book, pages):
    for locale in ("en", "pt-BR"):
        script = (book / locale / "search.js").read_text(encoding="utf-8")
        entries = json.loads(script.removeprefix("window.BOOK=").rstrip(";\n"))
        assert len(entries) > 1000
        for _, _, place, _ in entries:
            name, _, anchor = place.partition("#")
            assert not anchor or anchor in pages[book / locale / name].ids


def test_nothing_comes_from_elsewhere(book, pages):
    assert {resource for read in pages.values() for resource in read.resources} == {
        "../book.css",
        "../book.js",
        "search.js",
        "book.css",
    }
    for name in ("book.css", "book.js"):
        assert not re.search(r"https?:|@import|url\(|fetch|import\(", (book / name).read_text(encoding="utf-8"))


def test_the_pages_are_said_in_their_language(book):
    english, portuguese = ((book / locale / "cause-psk-mismatch.html").read_text(encoding="utf-8") for locale in ("en", "pt-BR"))

    assert '<html lang="pt-BR">' in portuguese
    assert "<h2>O que fazer</h2>" in portuguese
    assert "<h2>What to do</h2>" in english
    assert not re.search(r"(?<![\w./-])(?:book|word|stage|fixer)-[a-z-]+(?=[ .,<])", re.sub(r"<[^>]*>", " ", portuguese))


def test_a_cause_shows_what_is_known_of_it(book):
    page = (book / "en" / "cause-psk-mismatch.html").read_text(encoding="utf-8")

    assert 'href="log-pluto.html"' in page
    assert re.search(r'<pre class="log"><code>.*pluto', page)
    assert 'href="questions.html#error"' in page
    assert 'href="codes.html#ras-789"' in page
    assert "speaks for it, decisive" in page


def test_what_the_base_says_cannot_become_part_of_the_page(tmp_path):
    folder = Path(shutil.copytree(DATA / "small-base", tmp_path / "base"))
    file = folder / "causes/psk-mismatch.yaml"
    file.write_text(
        file.read_text().replace("title: The pre-shared", "title: '</title><script>alert(\"1\")</script>'\nx: The", 1)
    )
    file.write_text(re.sub(r"\nx: .*", "", file.read_text()))

    write_book(survey(folder).base, tmp_path / "book")

    for path in (tmp_path / "book").rglob("*.*"):
        assert "<script>alert" not in path.read_text(encoding="utf-8").replace("<\\/", "</") or path.name == "search.js"
        assert "</script>alert" not in path.read_text(encoding="utf-8")
        assert path.name != "search.js" or "</title" not in path.read_text(encoding="utf-8")


def test_a_book_is_written_again_and_nothing_else_is_replaced(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    command = [str(tmp_path / "book"), "--base", str(DATA / "small-base")]
    assert run(parser.parse_args(command)) == 0
    assert capsys.readouterr().out == f"17 pages in en, pt-BR; open {tmp_path / 'book' / 'index.html'}\n"
    (tmp_path / "book" / "en" / "cause-gone.html").write_text("old")

    assert run(parser.parse_args([*command, "--json"])) == 0
    assert json.loads(capsys.readouterr().out)["pages"] == 17
    assert not (tmp_path / "book" / "en" / "cause-gone.html").exists()

    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("dear")
    for other in ("letters", "letters/one.txt"):
        with pytest.raises(MisuseError, match=r"something else already|is a file"):
            run(parser.parse_args([str(tmp_path / other)]))
    assert (tmp_path / "letters" / "one.txt").read_text() == "dear"
