"""What the bench writes: its table, its drawings, and the figures of the page. Never what the clock said."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from bench import over_http, page, plot, table
from bench.over_http import HttpRow, Served
from bench.proofs import Grown
from bench.table import Row
from tests.shared import ROOT

ALONE = Row("check of own work", "eddsa-rdfc-2022", 700.0, 80.0)
BESIDE = Row("issue", "eddsa-rdfc-2022", 200.0, 25.0, "@digitalbazaar", 3_000.0, 4_500.0)
RESULTS: dict[str, Any] = json.loads((ROOT / "bench" / "results.json").read_text())
PAGE = (ROOT / "docs" / "performance.md").read_text()


def test_the_ratio_is_how_many_times_longer_the_peer_takes() -> None:
    assert BESIDE.ratio == 15.0
    assert BESIDE.times_bare == 8.0


def test_a_row_without_a_peer_has_an_empty_end() -> None:
    head, line = table.write([ALONE]).splitlines()
    assert head.split() == ["ours", "µs", "bare", "µs", "×", "bare", "peer", "peer", "µs", "its", "CPU", "ratio"]
    assert line.split() == ["check", "of", "own", "work", "eddsa-rdfc-2022", "700", "80", "8.8"]


def test_columns_stand_below_each_other() -> None:
    lines = table.write([ALONE, BESIDE]).splitlines()
    assert len({line.index("eddsa") for line in lines[1:]}) == 1
    assert lines[0].index("ours µs") + len("ours µs") == lines[1].index("700") + 3 == lines[2].index("200") + 3


def test_the_page_has_the_table_without_the_cpu_of_the_peers() -> None:
    assert table.markdown([BESIDE]).splitlines()[2] == (
        "| issue | eddsa-rdfc-2022 | 200 | 25 | 8.0 | @digitalbazaar | 3,000 | 15.0 |"
    )


def test_two_lines_for_each_request_and_one_ratio() -> None:
    row = HttpRow("/credentials/verify", Served(1_500.0, 9.0, 600.0), Served(150.0, 70.0, 6_000.0))
    _, ours, peer = over_http.write([row]).splitlines()
    assert ours.split() == ["/credentials/verify", "ours", "1,500", "9.0", "600", "10"]
    assert peer.split() == ["peer", "150", "70.0", "6,000"]


GROWN = [
    Grown(size, Row(work, "eddsa-rdfc-2022", size / 10, 25.0, "@digitalbazaar", float(size)))
    for size in (4_000, 64_000)
    for work in ("issue", "verify")
]


@pytest.mark.parametrize("drawn", [plot.peers([ALONE, BESIDE]), plot.growth(GROWN)], ids=["peers", "growth"])
def test_a_drawing_is_svg_that_says_what_its_axes_are(drawn: str) -> None:
    root = ElementTree.fromstring(drawn)
    texts = " ".join(root.itertext())
    assert root.tag.endswith("svg")
    assert "time for one credential" in texts
    assert "1 ms" in texts


def test_no_bar_stands_for_what_no_peer_does() -> None:
    assert plot.peers([ALONE]).count("<rect") == 0


def test_the_results_name_machine_versions_and_every_row_whole() -> None:
    assert {"processor", "cores", "system", "python", "load"} <= RESULTS["machine"].keys()
    assert {"Node", "PyLD", "cryptography", "@digitalbazaar/vc", "jose", "@sd-jwt/sd-jwt-vc"} <= RESULTS[
        "versions"
    ].keys()
    for row in (*RESULTS["rows"], *RESULTS["growth"]):
        assert {"work", "mechanism", "ours_us", "bare_us", "peer", "peer_us", "ratio"} <= row.keys()


def test_the_results_are_of_every_mechanism_that_the_page_promises() -> None:
    found = {row["mechanism"] for row in RESULTS["rows"] if row["peer"]}
    assert found == {
        "eddsa-rdfc-2022",
        "ecdsa-rdfc-2019",
        "eddsa-jcs-2022",
        "ecdsa-sd-2023",
        "vc+jwt",
        "dc+sd-jwt",
    }
    assert {"issue", "check of own work", "derive", "verify"} == {row["work"] for row in RESULTS["rows"]}


def test_the_page_says_what_the_results_say() -> None:
    assert page.filled(PAGE, RESULTS) == PAGE


def test_a_page_without_its_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no place for proofs"):
        page.filled("# What it costs\n", RESULTS)
