"""Which contexts nobody needs is found alike by a look at what suffices and by a look at all."""

from copy import deepcopy

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.core.json_ld import problems_of_contexts
from app.core.json_ld.context_use import _Walk
from app.core.problems import JsonObject, Problem
from tests.properties.credentials import credentials_of_every_feature
from tests.properties.strategies import pinned
from tests.properties.test_fast_json_ld import places
from tests.properties.test_json_ld_any_document import plausible_credentials


def by_a_look_at_all(document: JsonObject, *, in_part: bool) -> tuple[Problem, ...]:
    walk = _Walk(pinned(), pinned().aliases(document), in_part=in_part)
    walk.names_in(document, (), set())
    return tuple(walk.problems[:20])


@given(st.one_of(credentials_of_every_feature(), plausible_credentials()), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_suffices_tells_no_more_than_all_would(document: JsonObject, data: st.DataObject) -> None:
    urls = st.sampled_from(sorted(pinned().context_urls))
    match document.get("@context"):
        case list(listed) if all(isinstance(url, str) for url in listed):
            document["@context"] = data.draw(st.permutations([*listed, *data.draw(st.lists(urls, max_size=2))]))
        case _:
            document["@context"] = data.draw(st.lists(urls, min_size=1, max_size=3))
    if data.draw(st.booleans()):
        inner = {"@context": data.draw(st.lists(urls, min_size=1, max_size=2)), "type": ["VerifiableCredential"]}
        elsewhere = [
            place for place in places(document) if place[1] != "@context" and not _is_list_of_contexts(place[0])
        ]
        holder, name = data.draw(st.sampled_from(elsewhere))
        holder[name] = deepcopy(inner)
    in_part = data.draw(st.booleans())
    found = problems_of_contexts(pinned(), document, in_part=in_part)
    event(f"problems: {bool(found)}")
    assert found == by_a_look_at_all(document, in_part=in_part)


def _is_list_of_contexts(value: object) -> bool:
    return isinstance(value, list) and any(item in pinned().context_urls for item in value if isinstance(item, str))
