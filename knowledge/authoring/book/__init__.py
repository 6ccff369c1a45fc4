"""Write the whole knowledge base as a handbook that a browser opens from disk, in every language of the base.

It holds the causes and how they show in each log, questions, steps, error numbers and how to get a log, with a search and a
picture of causes by stage. No server, no outside resource; it prints, and without JavaScript it only lacks the search.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from knowledge.authoring.book.causes import cause_page
from knowledge.authoring.book.frame import Page, Reader, frame
from knowledge.authoring.book.index import index_page, languages_page
from knowledge.authoring.book.tables import codes_page, collect_page, format_page, formats_page, questions_page, words_page
from knowledge.errors import MisuseError
from knowledge.loader import BASE, survey
from knowledge.rules import KnowledgeBase

_HOME = Path(__file__).parent
#: What the pages of every language share.
_SHARED = ("book.css", "book.js")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write it; an earlier handbook there is replaced")
    parser.add_argument("--base", type=Path, metavar="DIR", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Write it, and say where to begin."""
    base = survey(args.base or BASE, strict=False).base
    pages = write_book(base, args.folder)
    begin = args.folder / "index.html"
    if args.json:
        data = {"knowledge": base.revision, "begin": str(begin), "pages": pages, "locales": sorted(base.locales)}
        sys.stdout.write(json.dumps(data) + "\n")
    else:
        sys.stdout.write(f"{pages} pages in {', '.join(sorted(base.locales))}; open {begin}\n")
    return 0


def write_book(base: KnowledgeBase, folder: Path) -> int:
    """Write every page of every language below a folder; how many there are.

    Raises:
        MisuseError: the folder holds something that is no handbook, or cannot be written to.
    """
    _refuse_other(folder)
    sentences = {**survey(BASE, strict=False).base.sentences, **base.sentences}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _SHARED:
            shutil.copyfile(_HOME / name, folder / name)
        count = 1
        for locale in sorted(base.locales):
            count += _write_language(Reader(base=base, locale=locale, sentences=sentences), folder / locale)
        (folder / "index.html").write_text(languages_page(base, sentences), encoding="utf-8")
    except OSError as error:
        raise MisuseError(f"{folder}: {error.strerror}") from error
    return count


def _write_language(reader: Reader, home: Path) -> int:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    pages = pages_of(reader)
    for page in pages:
        (home / page.name).write_text(frame(reader, page), encoding="utf-8")
    entries = [[entry.title, entry.kind, f"{entry.page}{entry.anchor}", entry.text] for page in pages for entry in page.entries]
    index = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    (home / "search.js").write_text(f"window.BOOK={index};\n", encoding="utf-8")
    return len(pages)


def pages_of(reader: Reader) -> list[Page]:
    """Every page of one language."""
    base = reader.base
    return [
        index_page(reader),
        *(cause_page(reader, cause) for cause in base.causes.values()),
        formats_page(reader),
        *(format_page(reader, source) for source in base.formats.values()),
        questions_page(reader),
        codes_page(reader),
        collect_page(reader),
        words_page(reader),
    ]


def _refuse_other(folder: Path) -> None:
    """A handbook is replaced, nothing else is."""
    if folder.is_file():
        raise MisuseError(f"{folder} is a file")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "book.css").exists():
        raise MisuseError(f"{folder} holds something else already; give me an empty folder, or a new one")
