"""A note is good only under the key that signed it, by the vectors of golang.org/x/mod/sumdb/note."""

import base64
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.transparency.notes import NoteInvalid, SigningKey, VerifierKey

# golang.org/x/mod, sumdb/note/note_test.go: TestNewVerifier, TestSign, TestOpen.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
PETER_PRIVATE = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_SIG = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_SIG = (
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
peter = VerifierKey.parse(PETER)
enoch = VerifierKey.parse(ENOCH)
signer = SigningKey.from_private_bytes("PeterNeumann", PETER_PRIVATE)


def test_a_key_is_read_and_written_alike() -> None:
    assert str(peter) == PETER
    assert str(enoch) == ENOCH
    assert signer.verifier == peter
    assert signer.private_bytes() == PETER_PRIVATE


def test_no_part_of_a_key_is_a_key() -> None:
    parts = {PETER[i:j] for i in range(len(PETER)) for j in range(i + 1, len(PETER) + 1)} - {PETER}
    spoilt = {PETER[:i] + chr(ord(PETER[i]) + 1) + PETER[i + 1 :] for i in range(len(PETER))}
    for text in parts | spoilt | {""}:
        with pytest.raises(ValueError, match="key"):
            VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_key_of_another_length_or_algorithm_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an Ed25519 key|not base64"):
        VerifierKey.parse(text)


def test_signing_gives_the_published_note() -> None:
    assert signer.sign(TEXT) == TEXT + "\n" + PETER_SIG
    assert signer.signature(TEXT) == PETER_SIG.rsplit(maxsplit=1)[-1]


def test_a_signature_by_an_unknown_key_is_ignored() -> None:
    for signatures in (PETER_SIG + ENOCH_SIG, ENOCH_SIG + PETER_SIG, PETER_SIG + PETER_SIG):
        assert peter.verify(f"{TEXT}\n{signatures}") == TEXT
    assert enoch.verify(f"{TEXT}\n{PETER_SIG}{ENOCH_SIG}") == TEXT


def test_a_key_that_shares_only_name_or_id_is_unknown() -> None:
    """C2SP signed-note: verifiers ignore such signatures, they do not fail the note."""
    same_name = "— PeterNeumann " + ENOCH_SIG.rsplit(maxsplit=1)[-1] + "\n"
    same_id = "— EnochRoot " + PETER_SIG.rsplit(maxsplit=1)[-1] + "\n"
    assert peter.verify(f"{TEXT}\n{same_name}{same_id}{PETER_SIG}") == TEXT
    with pytest.raises(NoteInvalid, match="not signed by PeterNeumann"):
        peter.verify(f"{TEXT}\n{same_name}{same_id}")


def test_a_note_without_our_signature_is_invalid() -> None:
    with pytest.raises(NoteInvalid, match="not signed by PeterNeumann"):
        peter.verify(f"{TEXT}\n{ENOCH_SIG}")


def test_a_wrong_signature_by_our_key_fails_the_note() -> None:
    wrong = PETER_SIG[:60] + "ABCD" + PETER_SIG[60:]
    for signatures in (wrong, PETER_SIG + wrong, wrong + PETER_SIG):
        with pytest.raises(NoteInvalid, match="is wrong"):
            peter.verify(f"{TEXT}\n{signatures}")
    with pytest.raises(NoteInvalid, match="is wrong"):
        peter.verify(f"{TEXT.upper()}\n{PETER_SIG}")


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + "\n",
        TEXT + "\n" + PETER_SIG[:-1],
        "\x01" + TEXT + "\n" + PETER_SIG,
        "\r" + TEXT + "\n" + PETER_SIG,
        "\udcff" + TEXT + "\n" + PETER_SIG,
        TEXT + "\n" + PETER_SIG.replace("PeterNeumann", "Bad Name"),
        TEXT + "\n" + PETER_SIG.replace("PeterNeumann", "Peter+Neumann"),
        TEXT + "\n" + PETER_SIG.replace("—", "-"),
        TEXT + "\n" + PETER_SIG + "Unexpected line.\n",
        TEXT + "\n" + PETER_SIG + "— EnochRoot AAAA\n",
        TEXT + "\n" + PETER_SIG + "— EnochRoot not-base64\n",
        TEXT + "\n" + PETER_SIG * 101,
        TEXT + PETER_SIG,
    ],
)
def test_a_malformed_note_is_invalid(note: str) -> None:
    with pytest.raises(NoteInvalid):
        peter.verify(note)


def test_sixteen_signatures_are_read() -> None:
    assert peter.verify(f"{TEXT}\n{ENOCH_SIG * 15}{PETER_SIG}") == TEXT


def test_the_specification_s_note_is_divided_at_its_last_empty_line() -> None:
    """C2SP signed-note, the example; its key is not published, so only a stranger's view can be tested."""
    note = (
        "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
        "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC"
        "+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    assert peter.verify(note + signer.sign(text).removeprefix(text + "\n")) == text


def printable(blacklist: str) -> st.SearchStrategy[str]:
    return st.text(
        st.characters(
            min_codepoint=32, exclude_categories=("Cs", "Zs", "Zl", "Zp"), exclude_characters=blacklist
        ),
        min_size=1,
    ).filter(lambda text: not any(char.isspace() for char in text))


@given(printable("+"), printable(""))
def test_any_name_and_text_round_trip(name: str, line: str) -> None:
    key = SigningKey.generate(name)
    text = f"{line}\n\n{line}\n"
    assert VerifierKey.parse(str(key.verifier)).verify(key.sign(text)) == text


def test_a_receipt_s_signature_is_checked_alone() -> None:
    peter.verify_signature("receipt", signer.signature("receipt"))
    for text, signature in [
        ("another", signer.signature("receipt")),
        ("receipt", SigningKey.generate("PeterNeumann").signature("receipt")),
        ("receipt", signer.signature("receipt")[:-4]),
        ("receipt", " " + signer.signature("receipt")),
        ("receipt", ""),
        ("receipt", "é"),
    ]:
        with pytest.raises(NoteInvalid):
            peter.verify_signature(text, signature)


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "\udcff\n"])
def test_what_is_no_note_s_text_is_not_signed(text: str) -> None:
    with pytest.raises(NoteInvalid):
        signer.sign(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_a_name_that_a_note_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        SigningKey.generate(name)


def test_the_private_key_is_never_shown() -> None:
    secret = PETER_PRIVATE.hex(), base64.b64encode(PETER_PRIVATE).decode(), repr(PETER_PRIVATE)
    shown = [repr(signer), str(signer), f"{[signer]}"]
    try:
        SigningKey.from_private_bytes("PeterNeumann", PETER_PRIVATE[:-1])
    except ValueError as error:
        shown += traceback.format_exception(error)
    assert not [part for part in secret for text in shown if part in text]
    assert repr(signer) == "<SigningKey PeterNeumann+c74f20a3>"
    with pytest.raises(TypeError):
        pickle.dumps(signer)
