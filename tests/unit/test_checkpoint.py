"""A checkpoint's text is exactly that of C2SP tlog-checkpoint."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.transparency.checkpoint import Checkpoint, CheckpointInvalid
from voting_service.transparency.merkle import EMPTY_ROOT
from voting_service.transparency.notes import SigningKey

# The example of C2SP tlog-checkpoint.
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
EXAMPLE = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
CHECKPOINT = Checkpoint("example.com/behind-the-sofa", 20_852_163, base64.b64decode(ROOT))


def test_the_specification_s_example() -> None:
    assert Checkpoint.parse(EXAMPLE) == CHECKPOINT
    assert CHECKPOINT.text() == EXAMPLE


def test_the_empty_tree() -> None:
    text = "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert Checkpoint("example.com/log", 0, EMPTY_ROOT).text() == text
    assert Checkpoint.parse(text).size == 0


def test_extension_lines_are_dropped() -> None:
    assert Checkpoint.parse(EXAMPLE + "an extension\nanother one\n") == CHECKPOINT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        EXAMPLE[:-1],
        EXAMPLE + "\n",
        EXAMPLE + "extension\n\n",
        "\n" + EXAMPLE,
        f"example.com\n5\n\n{ROOT}\n",
        "example.com\n5\n",
        f"example.com\n05\n{ROOT}\n",
        f"example.com\n+5\n{ROOT}\n",
        f"example.com\n-5\n{ROOT}\n",
        f"example.com\n5 \n{ROOT}\n",
        f"example.com\n5.0\n{ROOT}\n",
        f"example.com\n٥\n{ROOT}\n",
        f"example.com\n{10**19}\n{ROOT}\n",
        f"example.com\n5\n{ROOT[:-1]}\n",
        f"example.com\n5\n{ROOT} \n",
        f"example.com\n5\n{ROOT[:-2]}J=\n",
        f"example.com\n5\n{ROOT.replace('/', '_')}\n",
        "example.com\n5\nAAAA\n",
        f"example.com\r\n5\n{ROOT}\n",
    ],
)
def test_no_other_text_is_a_checkpoint(text: str) -> None:
    with pytest.raises(CheckpointInvalid):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, EMPTY_ROOT), ("a\nb", 1, EMPTY_ROOT), ("a", -1, EMPTY_ROOT), ("a", 1, b"short")],
)
def test_values_that_make_no_checkpoint_are_refused(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(CheckpointInvalid):
        Checkpoint(origin, size, root)


@given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
def test_checkpoints_round_trip_through_a_signed_note(size: int, root: bytes) -> None:
    key = SigningKey.generate("vote.example/log/star")
    checkpoint = Checkpoint(key.name, size, root)
    assert Checkpoint.parse(key.verifier.verify(key.sign(checkpoint.text()))) == checkpoint
