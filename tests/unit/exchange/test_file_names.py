"""The name under which a credential is saved: of its title and its learner, and never longer than a disk takes."""

from dataclasses import replace

import pytest

from app.core.credential.micro_credential import LanguageMap
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.exchange.claim import file_name
from tests.unit.web.reports import micro_credential


def test_it_is_title_and_learner(contexts: Contexts) -> None:
    expected = "Data Literacy for Public Administration – Zoë Marković-Núñez.vc.json"
    assert file_name(micro_credential(contexts), ".vc.json") == expected


@pytest.mark.parametrize("letter", ["a", "ß", "学", "🎓"])
def test_a_long_one_is_cut_to_what_a_file_system_takes(contexts: Contexts, letter: str) -> None:
    claimed = micro_credential(contexts)
    long = replace(
        claimed,
        achievement=replace(claimed.achievement, title=LanguageMap((("en", letter * 1_000),))),
        learner=replace(claimed.learner, full_name=Personal(letter * 1_000)),
    )
    named = file_name(long, ".vc.json")
    assert len(named.encode()) <= 200
    assert set(named) == {letter, *" – .vc.json"}
