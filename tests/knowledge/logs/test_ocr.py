"""The recogniser itself is an optional extra; what is made of its text is tested with texts that it gave for dialogs."""

import io

import pytest

from knowledge import diagnose, load_base
from knowledge.errors import ReadError
from knowledge.logs import ocr, read, readers
from knowledge.terms import ReadReason, ReadState, Side

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
GLUED = [
    "Error connecting toWorkVPN",
    "Error8o9:Thenetworkconnectionbetweenyourcomputerand",
    "theVPNservercouldnotbeestablishedbecausetheremote",
    "serverisnotresponding.",
    "Close",
]


@pytest.fixture(scope="module")
def known():
    return load_base()


@pytest.fixture
def read_picture(monkeypatch, known):
    """Reads a picture of which the recogniser is said to see these texts."""

    def reading(*texts):
        monkeypatch.setattr(readers, "has_ocr", lambda: True)
        monkeypatch.setattr(ocr, "_texts", lambda data: list(texts))
        return read(PNG, "dialog.png", base=known)

    return reading


def codes(log):
    return {(fact.id, fact.values["code"]) for fact in log.facts}


def test_without_the_extra_the_number_is_asked_for(monkeypatch, known):
    monkeypatch.setattr(readers, "has_ocr", lambda: False)
    log = read(PNG, "dialog.png", base=known)
    assert (log.read, log.reasons, log.detail) == (ReadState.REFUSED, (ReadReason.NEEDS_OCR,), "image")


def test_a_number_and_a_sentence_are_found_in_glued_words(read_picture):
    log = read_picture(*GLUED)
    assert (log.read, log.formats, log.side) == (ReadState.WHOLE, ("picture",), Side.CLIENT)
    assert codes(log) == {("ras.error", "809")}
    assert log.facts[0].evidence[0].line == 2
    assert log.facts[0].evidence[0].text.startswith("picture: Error809:")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Erro691:Aconexaoremotafoinegadaporqueacombinacao", "nomedeusuarioesenhafornecidanaoéreconhe"], ("ras.error", "691")),
        (["CantconnecttoWorkVPN", "TheL2TPconnection attemptfailedbecausethesecuritylayer",
          "encounteredaprocessingerrorduringinitialnegotiations"], ("ras.error", "789")),
        (["Naoé possivel conectar-se a VPN", "A conexao de rede entre o computador e o servidor VPN nao pode ser",
          "estabelecida porque o servidor remoto nao esta", "respondendo."], ("ras.error", "809")),
        (["IKEv2", "Error138o1:IKEauthenticationcredentialsareunacceptable."], ("win.ipsec_error", "13801")),
    ],
)  # fmt: skip
def test_dialogs_in_both_languages(read_picture, texts, expected):
    assert codes(read_picture(*texts)) == {expected}


def test_a_dialog_of_a_mac_is_understood_like_what_a_person_types(read_picture, known):
    said = "The L2TP-VPN server did not respond. Try reconnecting. If the"
    log = read_picture("VPN Connection", said, "problem continues,verifyyour settings and contactyour", "Administrator.")
    assert not log.facts
    assert diagnose(known, [log]).hypotheses == diagnose(known, text="the L2TP-VPN server did not respond").hypotheses


def test_the_words_of_a_program_are_no_answers(read_picture, known):
    def ranked(*texts):
        return [(each.cause, each.probability) for each in diagnose(known, [read_picture(*texts)]).hypotheses]

    number = "Error 720: A connection could not be established."
    assert ranked("Verifying user name and password...", number) == ranked(number)


def test_a_picture_without_a_message_asks_for_the_number(read_picture):
    assert read_picture().reasons == (ReadReason.NEEDS_OCR,)
    log = read_picture("holiday", "2026")
    assert (log.read, log.reasons) == (ReadState.PARTIAL, (ReadReason.NEEDS_OCR,))


@pytest.mark.parametrize("error", [ValueError("bad"), MemoryError(), RuntimeError("out of range"), OSError("cut")])
def test_whatever_goes_wrong_the_number_is_asked_for(monkeypatch, error):
    def failing(data):
        raise error

    monkeypatch.setattr(ocr, "_texts", failing)
    with pytest.raises(ReadError, match="needs-ocr"):
        list(ocr.read_picture(io.BytesIO(PNG)))


def test_a_huge_file_is_not_opened(monkeypatch):
    monkeypatch.setattr(ocr, "_LONGEST", 100)
    with pytest.raises(ReadError, match="too-large"):
        list(ocr.read_picture(io.BytesIO(PNG + bytes(200))))


def test_too_little_address_space_counts_as_no_extra(monkeypatch):
    monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(ocr, "_address_space", lambda: float(ocr.NEEDED - 1))
    assert not ocr.has_ocr()
    monkeypatch.setattr(ocr, "_address_space", lambda: float(ocr.NEEDED))
    assert ocr.has_ocr()


def test_digits_are_mended_only_behind_a_word_for_error():
    assert ocr.mended("Error6g1 solo Boss") == "Error6g1 solo Boss"
    assert ocr.mended("erro  B09") == "erro 809"
    assert ocr.mended("error SOIL") == "error SOIL"
